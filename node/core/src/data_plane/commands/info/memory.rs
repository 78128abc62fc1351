//! `INFO memory`.

use super::{Lines, human, lines, put};
use crate::data_plane::DataPlane;
use crate::data_plane::commands::memory::{Overhead, ratio};

pub(super) fn memory(plane: &DataPlane, text: &mut String) {
    let overhead = Overhead::of(plane);
    put(text, used(plane, &overhead));
    put(text, limits(plane));
    put(text, fragmentation(plane, &overhead));
    put(text, parts(plane, &overhead));
}

fn used(plane: &DataPlane, overhead: &Overhead) -> Lines {
    let rss = plane.memory.facts.rss;
    let system = plane.process.system_memory_bytes;
    lines! {
        "used_memory": overhead.used,
        "used_memory_human": human(overhead.used),
        "used_memory_rss": rss,
        "used_memory_rss_human": human(rss),
        "used_memory_peak": overhead.peak,
        "used_memory_peak_human": human(overhead.peak),
        "used_memory_peak_perc": format!("{:.2}%", overhead.peak_percent()),
        "used_memory_overhead": overhead.total,
        "used_memory_startup": overhead.startup,
        "used_memory_dataset": overhead.dataset(),
        "used_memory_dataset_perc": format!("{:.2}%", overhead.dataset_percent()),
        "allocator_allocated": plane.memory.facts.allocated,
        "allocator_active": plane.memory.facts.active,
        "allocator_resident": plane.memory.facts.resident,
        "total_system_memory": system,
        "total_system_memory_human": human(system),
        "used_memory_lua": 0,
        "used_memory_vm_eval": 0,
        "used_memory_lua_human": human(0),
        "used_memory_scripts_eval": 0,
        "number_of_cached_scripts": 0,
        "number_of_functions": 0,
        "number_of_libraries": 0,
        "used_memory_vm_functions": 0,
        "used_memory_vm_total": 0,
        "used_memory_vm_total_human": human(0),
        "used_memory_functions": 0,
        "used_memory_scripts": 0,
        "used_memory_scripts_human": human(0),
    }
}

fn limits(plane: &DataPlane) -> Lines {
    let max = plane.settings.maxmemory;
    let policy = plane.config.shown(shoal_config::OptionId::MaxmemoryPolicy);
    lines! {
        "maxmemory": max,
        "maxmemory_human": human(max),
        "maxmemory_policy": String::from_utf8_lossy(&policy),
    }
}

fn fragmentation(plane: &DataPlane, overhead: &Overhead) -> Lines {
    let facts = plane.memory.facts;
    let share = |a: u64, b: u64| format!("{:.2}", ratio(a, b));
    let more = |a: u64, b: u64| i128::from(a) - i128::from(b);
    lines! {
        "allocator_frag_ratio": share(facts.active, facts.allocated),
        "allocator_frag_bytes": more(facts.active, facts.allocated),
        "allocator_rss_ratio": share(facts.resident, facts.active),
        "allocator_rss_bytes": more(facts.resident, facts.active),
        "rss_overhead_ratio": share(facts.rss, facts.resident),
        "rss_overhead_bytes": more(facts.rss, facts.resident),
        "mem_fragmentation_ratio": share(facts.rss, overhead.used),
        "mem_fragmentation_bytes": more(facts.rss, overhead.used),
    }
}

fn parts(plane: &DataPlane, overhead: &Overhead) -> Lines {
    let graveyard = plane.keyspace.graveyard();
    lines! {
        "mem_not_counted_for_evict": plane.replica_memory(),
        "mem_replication_backlog": overhead.backlog,
        "mem_total_replication_buffers": overhead.backlog + overhead.replicas,
        "mem_clients_slaves": overhead.replicas,
        "mem_clients_normal": overhead.clients,
        "mem_cluster_links": 0,
        "mem_aof_buffer": 0,
        "mem_allocator": plane.process.allocator,
        "active_defrag_running": 0,
        "lazyfree_pending_objects": graveyard.pending_objects(),
        "lazyfreed_objects": graveyard.freed_objects(),
    }
}
