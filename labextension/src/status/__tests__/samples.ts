/** What a server says of itself. */

import { PROTOCOL_VERSION } from '../../protocol';
import type { Model, ModelStatus, Status } from '../../protocol';

export function modelStatus(changes: Partial<ModelStatus> = {}): ModelStatus {
  return {
    state: 'ready',
    name: 'tiny',
    detail: 'Ready.',
    pid: 7,
    load_ms: 1200,
    n_threads: 2,
    cells_used: 512,
    cache_mb: 12,
    restarts: 0,
    in_force: {},
    profile: null,
    ...changes
  };
}

export function status(changes: Partial<Status> = {}): Status {
  return {
    version: '0.1.0',
    protocol: PROTOCOL_VERSION,
    model: modelStatus(),
    store: { kind: 'file', path: '/d/chat.duckdb', detail: '' },
    turns_active: 0,
    turns_waiting: 0,
    keeper_pid: null,
    tiers: [],
    ...changes
  };
}

export function model(changes: Partial<Model> = {}): Model {
  return {
    tier: 'fast',
    name: 'tiny',
    file: '/m/tiny.gguf',
    file_bytes: 98e6,
    memory_bytes: 287e6,
    state: 'ready',
    detail: 'Ready.',
    warmth: 'warm',
    decides: true,
    threads: 2,
    context_tokens: 8192,
    cells_used: 512,
    cache_mb: 12,
    self_test: 'Takes 11 of 11 decisions reliably.',
    users: 0,
    keep_alive_s: 0,
    ...changes
  };
}
