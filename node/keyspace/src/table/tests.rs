//! Tables against a plain map, through growth and shrinking.
