//! What the person at the terminal sees once the cluster serves.

use std::time::Duration;

use super::nodes::Nodes;
use super::say;

/// One line of CLUSTER NODES, as far as it is shown.
struct Row {
    id: String,
    port: String,
    flags: String,
    primary: String,
    slots: String,
}

impl Row {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let id = words.next()?.to_owned();
        let port = words
            .next()?
            .split('@')
            .next()?
            .rsplit(':')
            .next()?
            .to_owned();
        let flags = words.next()?.to_owned();
        let primary = words.next()?.to_owned();
        let slots = words.skip(4).collect::<Vec<_>>().join(" ");
        Some(Self {
            id,
            port,
            flags,
            primary,
            slots,
        })
    }

    fn is_replica(&self) -> bool {
        self.flags.contains("slave")
    }
}

/// Prints the nodes, their roles and slots, and how to connect.
pub(crate) async fn show(nodes: &mut Nodes, took: Duration) {
    let Some(first) = nodes.0.first_mut() else {
        return;
    };
    let port = first.port;
    let answer = match first.ask(&["CLUSTER", "NODES"]).await {
        Ok(answer) => answer,
        Err(why) => return say(&why),
    };
    let mut rows: Vec<Row> = answer.lines().filter_map(Row::parse).collect();
    rows.sort_by(|a, b| a.port.cmp(&b.port));
    say(&format!(
        "\nThe cluster serves after {:.1} s:\n",
        took.as_secs_f64()
    ));
    say("  port   role     slots or primary   id");
    for row in &rows {
        let (role, about) = if row.is_replica() {
            let primary = rows.iter().find(|other| other.id == row.primary);
            (
                "replica",
                primary.map_or_else(String::new, |primary| format!("of {}", primary.port)),
            )
        } else {
            ("primary", row.slots.clone())
        };
        say(&format!(
            "  {:<6} {role:<8} {about:<18} {}",
            row.port, row.id
        ));
    }
    say(&format!("\nConnect with:  redis-cli -c -p {port}"));
    say(&format!(
        "Or try:        redis-cli -c -p {port} set user:1 Alice"
    ));
    say("Ctrl-C stops all nodes.");
}
