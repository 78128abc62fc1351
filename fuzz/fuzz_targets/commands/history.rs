//! What led to a finding, printed if it is one.

use std::cell::RefCell;
use std::panic;
use std::sync::Once;

thread_local! {
    static COMMANDS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Forgets the commands of the last input.
pub(crate) fn begin() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        // The fuzzer's own hook does not return.
        let next = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            COMMANDS.with_borrow(|commands| eprintln!("after:\n{}", commands.join("\n")));
            next(info);
        }));
    });
    COMMANDS.with_borrow_mut(Vec::clear);
}

pub(crate) fn note(args: &[Vec<u8>], now: i64) {
    let shown = |arg: &Vec<u8>| format!("\"{}\"", arg[..arg.len().min(200)].escape_ascii());
    let words: Vec<String> = args.iter().map(shown).collect();
    COMMANDS.with_borrow_mut(|commands| commands.push(format!("{now} {}", words.join(" "))));
}
