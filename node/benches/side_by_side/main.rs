//! redis-server and shoal side by side, on loopback, on one core.
//!
//! Servers and load generator are pinned to the same core and take turns: the load writes one batch to
//! every connection, then reads every answer. The server therefore always finds all connections ready,
//! at every pipeline depth, and what is measured is its own CPU (all threads, from the kernel's accounting),
//! not latency. Runs are interleaved, so that a machine that changes its speed changes both alike.
//!
//! `cargo bench -p shoal-node --bench side_by_side` prints a table of memory and one of CPU; `cargo test --benches` makes
//! one short round. `SIDE_BY_SIDE=GET,zset` keeps to rows with such names.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod datasets;
mod load;
mod operations;
mod report;
mod server;

use std::error::Error;
use std::process::ExitCode;

use datasets::{DATASETS, Dataset};
use load::Load;
use operations::{OPERATIONS, Operation};
use report::{Row, median};
use server::{Program, Server};

/// How much work one measurement does.
#[derive(Clone, Copy)]
struct Scale {
    /// Distinct keys, and steps of a dataset, at most.
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
    compare_memory(scale)?;
    compare_speed(scale)
}

/// Each dataset in a server of its own.
fn compare_memory(scale: Scale) -> Result<(), Box<dyn Error>> {
    println!("{}", report::MEMORY_HEADER);
    for dataset in DATASETS.iter().filter(|dataset| chosen(dataset.name)) {
        let redis = weigh(Program::Redis, dataset, scale)?;
        let shoal = weigh(Program::Shoal, dataset, scale)?;
        println!("{}", report::memory(dataset.name, redis, shoal));
    }
    println!();
    Ok(())
}

/// Bytes per thing of a dataset.
fn weigh(program: Program, dataset: &Dataset, scale: Scale) -> Result<f64, Box<dyn Error>> {
    let server = Server::start(program)?;
    let mut load = Load::connect(server.port(), 1, scale.keys)?;
    let empty = server.resident_bytes()?;
    let steps = dataset.steps.min(scale.keys);
    load.write_all(steps, |step, out| {
        (dataset.write)(step, out);
        1
    })?;
    let grown = server.resident_bytes()?.saturating_sub(empty);
    Ok(grown as f64 / f64::from(steps * dataset.things_per_step))
}

/// All operations on the same two servers.
fn compare_speed(scale: Scale) -> Result<(), Box<dyn Error>> {
    let mut redis = Side::start(Program::Redis, scale)?;
    let mut shoal = Side::start(Program::Shoal, scale)?;
    println!("{}", report::HEADER);
    let mut ratios = PIPELINES.map(|_| Vec::new());
    for operation in OPERATIONS.iter().filter(|operation| chosen(operation.name)) {
        redis.load.prepare(operation)?;
        shoal.load.prepare(operation)?;
        for (pipeline, ratios) in PIPELINES.into_iter().zip(&mut ratios) {
            let row = compare_at(&mut redis, &mut shoal, operation, pipeline, scale)?;
            ratios.push(row.ratio);
            println!("{row}");
        }
    }
    let medians = ratios.map(|ratios| median(ratios.into_iter()));
    println!("median of the ratios at pipeline {PIPELINES:?}: {medians:.3?}");
    Ok(())
}

/// Interleaved runs of one operation at one depth.
fn compare_at(
    redis: &mut Side,
    shoal: &mut Side,
    operation: &Operation,
    pipeline: usize,
    scale: Scale,
) -> Result<Row, Box<dyn Error>> {
    let mut pairs = Vec::new();
    for _ in 0..scale.runs {
        let a = redis.cpu_per_command(operation, pipeline, scale.commands)?;
        let b = shoal.cpu_per_command(operation, pipeline, scale.commands)?;
        pairs.push((a, b));
    }
    Ok(Row {
        name: operation.name,
        pipeline,
        redis_us: median(pairs.iter().map(|pair| pair.0)),
        shoal_us: median(pairs.iter().map(|pair| pair.1)),
        ratio: median(pairs.iter().map(|pair| pair.1 / pair.0)),
    })
}

/// Whether a name is asked for: `SIDE_BY_SIDE=ZADD,hash` narrows the tables to names that contain one of these words.
fn chosen(name: &str) -> bool {
    std::env::var("SIDE_BY_SIDE").map_or(true, |words| {
        words.split(',').any(|word| name.contains(word))
    })
}

/// One program under test with its connections.
struct Side {
    server: Server,
    load: Load,
}

impl Side {
    fn start(program: Program, scale: Scale) -> Result<Self, Box<dyn Error>> {
        let server = Server::start(program)?;
        let load = Load::connect(server.port(), scale.connections, scale.keys)?;
        Ok(Self { server, load })
    }

    /// The server's CPU time per command, in microseconds.
    fn cpu_per_command(
        &mut self,
        operation: &Operation,
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
