import type { StepName } from "../support/load/steps.ts";
import { type Action, type Answer, buyer, type Sale } from "./buyer.ts";
import { emptyLog, type SaleLog } from "./outcome.ts";
import { exponential, type Random, seeded } from "./random.ts";
import type { Visit, Walk } from "./routes.ts";
import { createSimulation, type Simulation, type Station } from "./simulator.ts";

/** The machine that a sale is simulated on. */
export interface Machine {
  readonly cores: number;
  readonly walks: Readonly<Record<StepName, Walk>>;
}

/** Programs that use more than one core at a time; a process of ours has one event loop. */
const PARALLEL = ["mongo", "nats", "temporal", "envoy"];

/** A ticket as tickets decides it, and as the catalog shows it a little later. */
interface Ticket {
  /** The number of the buyer who has or had the lock. */
  holder: number | undefined;
  lockedUntil: number;
  sold: boolean;
  shown: { lockedUntil: number; sold: boolean };
}

/** Walks calls through the stations of a simulation; work is exponential around its mean. */
export function createWalker(
  simulation: Simulation,
  stationOf: (process: string) => Station,
  random: Random,
) {
  const chain = (visits: readonly Visit[], then: () => void, at = 0): void => {
    const visit = visits[at];
    if (!visit) {
      then();
      return;
    }
    simulation.visit(stationOf(visit.process), exponential(random, visit.work), () => {
      const next = () => chain(visits, then, at + 1);
      if (visit.wait > 0) simulation.after(visit.wait, next);
      else next();
    });
  };
  return {
    chain,
    /** A whole call; `answered` when its caller has the answer, `projected` when the first chain after it is done. */
    call(walk: Walk, answered: () => void, projected: () => void = () => undefined): void {
      chain(walk.waited, () => {
        for (const [index, visits] of walk.after.entries())
          chain(visits, index === 0 ? projected : () => undefined);
        answered();
      });
    },
  };
}

/** The same sale as the real one, in simulated time. Pure: the same for the same seed. */
export function simulateSale(
  sale: Sale,
  machine: Machine,
): SaleLog & { readonly tickets: readonly Ticket[] } {
  const simulation = createSimulation({ cores: machine.cores });
  const random = seeded(sale.seed);
  const stations = new Map<string, Station>();
  const stationOf = (process: string) => {
    const known = stations.get(process);
    if (known) return known;
    const servers = PARALLEL.includes(process) ? Math.ceil(machine.cores) : 1;
    const station = simulation.station(process, servers);
    stations.set(process, station);
    return station;
  };
  const { call } = createWalker(simulation, stationOf, random);
  const log = emptyLog();
  const free = () => ({
    ...{ holder: undefined, lockedUntil: 0, sold: false },
    shown: { lockedUntil: 0, sold: false },
  });
  const tickets: Ticket[] = Array.from({ length: sale.tickets }, free);
  const held = (at: { lockedUntil: number; sold: boolean }) => at.sold || at.lockedUntil > simulation.now;
  const walks = machine.walks;

  function begin(number: number): void {
    const script = buyer(sale, number);
    let mine: Ticket | undefined;
    let lockedAt = 0;
    let thought = 0;
    const step = (answer: Answer) => {
      const { done, value } = script.next(answer);
      if (done) log.fates.push(value);
      else act(value);
    };
    const show = (ticket: Ticket) => () => {
      ticket.shown = { lockedUntil: ticket.lockedUntil, sold: ticket.sold };
    };

    function lock(ticket: Ticket, took: () => number): void {
      if (held(ticket)) {
        call(walks["CreateOrder, refused"], () => {
          log.refused.push(took());
          step({ granted: false });
        });
        return;
      }
      ticket.lockedUntil = simulation.now + sale.lockDuration;
      ticket.holder = number;
      mine = ticket;
      const answered = () => {
        log.locks.push(took());
        lockedAt = simulation.now;
        step({ granted: true });
      };
      call(walks["CreateOrder, won"], answered, show(ticket));
    }

    function pay(ticket: Ticket, took: () => number): void {
      const answered = () => {
        // The lock is fenced: who paid too late finds that another has it.
        if (ticket.sold || ticket.holder !== number) {
          step({ granted: false });
          return;
        }
        ticket.sold = true;
        log.payments.push(took());
        log.purchases.push(simulation.now - lockedAt - thought);
        log.soldAt.push(simulation.now);
        step({ granted: true });
      };
      call(walks["confirm → COMPLETE"], answered, show(ticket));
    }

    function cancel(ticket: Ticket): void {
      const answered = () => {
        if (ticket.holder === number) ticket.lockedUntil = 0;
        step({});
      };
      call(walks["CancelOrder → CANCELLED"], answered, show(ticket));
    }

    function search(took: () => number): void {
      call(walks.SearchTickets, () => {
        log.searches.push(took());
        step({ found: [...tickets.keys()].filter((n) => !held((tickets[n] as Ticket).shown)) });
      });
    }

    function act(action: Action): void {
      const begun = simulation.now;
      const took = () => simulation.now - begun;
      if (action.do === "think") {
        if (mine) thought += action.ms;
        simulation.after(action.ms, () => step({}));
      } else if (action.do === "search") search(took);
      else if (action.do === "lock") lock(tickets[action.ticket] as Ticket, took);
      else if (action.do === "start payment") call(walks.StartPayment, () => step({}));
      else if (action.do === "pay") pay(mine as Ticket, took);
      else cancel(mine as Ticket);
    }

    step({});
  }

  for (let number = 0; number < sale.buyers; number++) begin(number);
  simulation.run();
  return { ...log, tickets };
}
