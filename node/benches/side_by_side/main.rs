//! redis-server and shoal side by side, on loopback, on one core.
//!
//! Servers and load generator are pinned to the same core and take turns: the load writes one batch to
//! every connection, then reads every answer. The server therefore always finds all connections ready,
//! at every pipeline depth, and what is measured is its own CPU (all threads, from the kernel's accounting),
//! not latency. Runs are interleaved, so that a machine that changes its speed changes both alike.
//!
//! `cargo bench -p shoal-node --bench side_by_side` prints a table; `cargo test --benches` makes one short round.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod load;
mod report;
mod server;

use std::error::Error;
use std::process::ExitCode;

use load::{Load, Operation};
use report::{Row, median};
use server::{Program, Server};

/// How much work one measurement does.
#[derive(Clone, Copy)]
struct Scale {
    /// Distinct keys, all present before anything is measured.
    keys: u32,
    connections: usize,
    /// Measurements of each program per row; the median counts.
    runs: usize,
    /// Commands of one measurement, at least.
    commands: u64,
}

const FULL: Scale = Scale {
    keys: 1_000_000,
    connections: 50,
    runs: 7,
    commands: 200_000,
};
const SMOKE: Scale = Scale {
    keys: 2_000,
    connections: 10,
    runs: 1,
    commands: 2_000,
};
const PIPELINES: [usize; 3] = [1, 16, 64];

fn main() -> ExitCode {
    let measured = std::env::args().any(|argument| argument == "--bench");
    let scale = if measured { FULL } else { SMOKE };
    if !Program::Redis.is_installed() {
        if std::env::var_os("SHOAL_REQUIRE_REAL").is_some_and(|value| value == "1") {
            eprintln!("redis-server is not installed and SHOAL_REQUIRE_REAL=1");
            return ExitCode::FAILURE;
        }
        println!("skipped: redis-server is not installed");
        return ExitCode::SUCCESS;
    }
    match compare(scale) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(scale: Scale) -> Result<(), Box<dyn Error>> {
    server::pin_to_one_core()?;
    let mut redis = Side::start(Program::Redis, scale)?;
    let mut shoal = Side::start(Program::Shoal, scale)?;
    println!("{}", report::memory(&redis.memory, &shoal.memory));

    println!("{}", report::HEADER);
    for operation in [Operation::Set, Operation::Get] {
        for pipeline in PIPELINES {
            let mut pairs = Vec::new();
            for _ in 0..scale.runs {
                let a = redis.cpu_per_command(operation, pipeline, scale.commands)?;
                let b = shoal.cpu_per_command(operation, pipeline, scale.commands)?;
                pairs.push((a, b));
            }
            let row = Row {
                operation,
                pipeline,
                redis_us: median(pairs.iter().map(|pair| pair.0)),
                shoal_us: median(pairs.iter().map(|pair| pair.1)),
                ratio: median(pairs.iter().map(|pair| pair.1 / pair.0)),
            };
            println!("{row}");
        }
    }
    Ok(())
}

/// One program under test with its connections.
struct Side {
    server: Server,
    load: Load,
    memory: report::Memory,
}

impl Side {
    /// Starts the program and fills it with all keys.
    fn start(program: Program, scale: Scale) -> Result<Self, Box<dyn Error>> {
        let server = Server::start(program)?;
        let mut load = Load::connect(server.port(), scale.connections, scale.keys)?;
        let empty = server.resident_bytes()?;
        load.fill()?;
        let full = server.resident_bytes()?;
        let bytes_per_key = full.saturating_sub(empty) as f64 / f64::from(scale.keys);
        let used = load.used_memory()? as f64;
        let memory = report::Memory {
            bytes_per_key,
            used_per_key: used / f64::from(scale.keys),
        };
        Ok(Self {
            server,
            load,
            memory,
        })
    }

    /// The server's CPU time per command, in microseconds.
    fn cpu_per_command(
        &mut self,
        operation: Operation,
        pipeline: usize,
        commands: u64,
    ) -> Result<f64, Box<dyn Error>> {
        // One unmeasured round: caches and the branch predictor belong to the other program by now.
        self.load.run(operation, pipeline, commands / 20)?;
        let before = self.server.cpu_nanos()?;
        let done = self.load.run(operation, pipeline, commands)?;
        let spent = self.server.cpu_nanos()? - before;
        Ok(spent as f64 / 1000.0 / done as f64)
    }
}
