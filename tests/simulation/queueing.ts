/** Closed formulas that a simulation has to agree with. Rates are per millisecond, times in milliseconds. */

/** The mean stay in M/M/1: exponential arrivals and service, one server. */
export const stayOfMM1 = (arrivals: number, service: number): number => 1 / (service - arrivals);

/** Erlang's C: the probability of having to wait in M/M/c. */
export function waitProbability(arrivals: number, service: number, servers: number): number {
  const offered = arrivals / service;
  let term = 1;
  let sum = 1;
  for (let n = 1; n < servers; n++) {
    term *= offered / n;
    sum += term;
  }
  const last = (term * offered) / servers / (1 - offered / servers);
  return last / (sum + last);
}

/** The mean stay in M/M/c: exponential arrivals and service, c servers, one queue. */
export const stayOfMMc = (arrivals: number, service: number, servers: number): number =>
  waitProbability(arrivals, service, servers) / (servers * service - arrivals) + 1 / service;
