import { Heap } from "./heap.ts";

/** A place where work is done, first come, first served, by so many servers. */
export interface Station {
  readonly name: string;
  readonly servers: number;
}

/** What a station did until now. Times are in milliseconds. */
export interface StationReport {
  readonly name: string;
  readonly served: number;
  /** The share of its servers' time that was work. */
  readonly utilisation: number;
  /** How many were there, waiting or served, on average. */
  readonly present: number;
  /** How long a visit took, with its wait, on average. */
  readonly stay: number;
}

/** Discrete events in simulated time: nothing here knows a clock or chance. */
export interface Simulation {
  /** Milliseconds since the beginning. */
  readonly now: number;
  station(name: string, servers?: number): Station;
  /** Does something after so many milliseconds. */
  after(ms: number, action: () => void): void;
  /** Waits for a server, uses it for so many milliseconds of work, then goes on. */
  visit(station: Station, work: number, then: () => void): void;
  /** Runs until nothing is left to happen, or until this time. */
  run(until?: number): void;
  report(): StationReport[];
}

interface StationState extends Station {
  waiting: { work: number; then: () => void }[];
  busy: number;
  present: number;
  served: number;
  workDone: number;
  /** Present × time, up to `since`. */
  presence: number;
  since: number;
}

/**
 * Stations on a machine with so many cores: while more servers are busy than there are cores, all of them are slowed
 * down alike (processor sharing). Without a number, every server has a core of its own.
 */
export function createSimulation({ cores = Number.POSITIVE_INFINITY } = {}): Simulation {
  let now = 0;
  let active = 0;
  /** Work that a server which was busy all along would have done: all of them advance by it together. */
  let progress = 0;
  const timers = new Heap<() => void>();
  const services = new Heap<() => void>();
  const stations: StationState[] = [];
  const speed = () => (active > cores ? cores / active : 1);

  function note(station: StationState, change: number): void {
    station.presence += station.present * (now - station.since);
    station.since = now;
    station.present += change;
  }

  function begin(station: StationState, work: number, then: () => void): void {
    station.busy++;
    active++;
    services.push(progress + work, () => {
      station.busy--;
      active--;
      station.served++;
      station.workDone += work;
      note(station, -1);
      const next = station.waiting.shift();
      if (next) begin(station, next.work, next.then);
      then();
    });
  }

  return {
    get now() {
      return now;
    },
    station(name, servers = 1) {
      const station: StationState = {
        ...{ name, servers, waiting: [], busy: 0, present: 0, served: 0, workDone: 0, presence: 0 },
        since: now,
      };
      stations.push(station);
      return station;
    },
    after: (ms, action) => timers.push(now + ms, action),
    visit(station, work, then) {
      const state = station as StationState;
      note(state, 1);
      if (state.busy < state.servers) begin(state, work, then);
      else state.waiting.push({ work, then });
    },
    run(until = Number.POSITIVE_INFINITY) {
      for (;;) {
        const served =
          services.smallest === undefined
            ? Number.POSITIVE_INFINITY
            : now + (services.smallest - progress) / speed();
        const due = timers.smallest ?? Number.POSITIVE_INFINITY;
        const next = Math.min(served, due);
        if (next > until || next === Number.POSITIVE_INFINITY) break;
        progress = served <= due ? (services.smallest ?? progress) : progress + (next - now) * speed();
        now = Math.max(now, next);
        (served <= due ? services : timers).pop()?.();
      }
      if (until !== Number.POSITIVE_INFINITY) {
        progress += (until - now) * speed();
        now = until;
      }
    },
    report: () =>
      stations.map((station) => {
        note(station, 0);
        const { name, servers, served, workDone, presence } = station;
        return {
          name,
          served,
          utilisation: workDone / (servers * now),
          present: presence / now,
          stay: presence / served,
        };
      }),
  };
}
