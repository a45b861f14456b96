// What a proposal says, in words: what is gained, whose day changes, which job moves and why, and which promises are
// touched. The names of people and jobs are asked of the desk.

import type { Id, JobView, MoveView, ProposalView, RouteDifferenceView, ShareView, TimeWindow } from "../api/types";
import { moneyText, signedMoney } from "../ui/money";
import { clockTime, durationText, signedDistance, signedDuration, windowText } from "../ui/time";

/** Less than this is no reason for anything. */
const MATTERS_S = 60;

/** What the desk knows. */
export interface Known {
  zone: string;
  currency: string;
  technicianName(id: Id): string;
  jobOf(id: Id): JobView | null;
}

/** Before and after; the same text twice if nothing changes. */
export interface Change {
  before: string;
  after: string;
}

/** The day of one technician. */
export interface DayLine {
  technician: Id;
  name: string;
  jobs: Change;
  driving: Change;
  cost: Change | null;
  late: Change;
  ends: Change;
}

export interface MoveLine {
  job: Id;
  label: string;
  customer: string;
  who: Change;
  when: Change;
  why: string;
  /** What the customer was told, and whether it still holds. */
  promise: { isMoved: boolean; text: string } | null;
}

export interface ToldProposal {
  /** Everything that is gained or lost, the most telling first. */
  gains: string[];
  promises: string;
  days: DayLine[];
  moves: MoveLine[];
}

export function tell(proposal: ProposalView, known: Known): ToldProposal {
  const { difference } = proposal;
  const gains = [`${signedDuration(difference.travel_s)} driving`, signedDistance(difference.travel_m)];
  if (difference.cost !== null) gains.push(signedMoney(difference.cost, known.currency));
  if (Math.abs(difference.lateness_s) >= MATTERS_S) gains.push(`${signedDuration(difference.lateness_s)} lateness`);
  if (difference.placed_jobs > 0) gains.push(`${difference.placed_jobs} more placed`);
  const moved = difference.moved_promises;
  const promises = moved === 0 ? "all promises kept" : `${moved} promise${moved === 1 ? "" : "s"} moved`;
  // What touches a promise is read first.
  const moves = difference.moves.map((move) => ofMove(move, known));
  moves.sort((a, b) => Number(b.promise?.isMoved ?? false) - Number(a.promise?.isMoved ?? false));
  return { gains, promises, days: difference.routes.map((route) => ofRoute(route, known)), moves };
}

function change<T>(before: T, after: T, text: (value: T) => string): Change {
  return { before: text(before), after: text(after) };
}

function ofRoute({ technician, before, after }: RouteDifferenceView, known: Known): DayLine {
  const { zone, currency } = known;
  return {
    technician,
    name: known.technicianName(technician),
    jobs: change(before.jobs, after.jobs, String),
    driving: change(before.travel_s, after.travel_s, durationText),
    cost:
      before.cost === null || after.cost === null
        ? null
        : change(before.cost, after.cost, (cost) => moneyText(cost, currency)),
    late: change(before.lateness_s, after.lateness_s, lateText),
    ends: change(before.end_at, after.end_at, (at) => (at === null ? "free" : clockTime(at, zone))),
  };
}

function lateText(seconds: number): string {
  return seconds < MATTERS_S ? "on time" : `${durationText(seconds)} late`;
}

function ofMove(move: MoveView, known: Known): MoveLine {
  const job = known.jobOf(move.job);
  const name = (id: Id | null) => (id === null ? "open" : known.technicianName(id));
  const time = (at: number | null) => (at === null ? "open" : clockTime(at, known.zone));
  return {
    job: move.job,
    label: job?.label ?? "Job",
    customer: job?.customer.name ?? "",
    who: change(move.from, move.to, name),
    when: change(move.arrival_before, move.arrival_after, time),
    why: whyOf(move),
    promise: promiseOf(move, job?.promised ?? null, known.zone),
  };
}

/** A promise may be moved within what was told: the customer who was told two hours waits for a part of them. */
function promiseOf(move: MoveView, promised: TimeWindow | null, zone: string): MoveLine["promise"] {
  if (promised === null) return null;
  const { arrival_before: before, arrival_after: after, moves_promise: isMoved } = move;
  const isInside = after !== null && promised.from <= after && after <= promised.until;
  const shift = before === null || after === null ? "" : `, ${signedDuration((after - before) / 1000)}`;
  const fate = !isInside ? `outside of it${shift}` : isMoved ? `still inside${shift}` : "kept";
  return { isMoved, text: `told ${windowText(promised, zone)}: ${fate}` };
}

/** What speaks for a move: the job's own share of the day that it leaves and of the one it comes to. */
export function whyOf({ from, to, before, after }: MoveView): string {
  if (after === null) return "is left out";
  if (from === null || before === null) return `finds a place: ${signedDuration(after.detour_s)} driving`;
  if (before.lateness_s - after.lateness_s >= MATTERS_S) {
    return `${lateText(after.lateness_s)} instead of ${lateText(before.lateness_s)}`;
  }
  const less_s = before.detour_s - after.detour_s;
  if (less_s >= MATTERS_S) return `${detour(after)} instead of ${durationText(before.detour_s)}`;
  if (less_s <= -MATTERS_S) return `makes room for others: ${detour(after)} instead of ${durationText(before.detour_s)}`;
  return from === to ? "another time of the same day" : `makes room for others at the same driving`;
}

function detour({ detour_s }: ShareView): string {
  return detour_s < MATTERS_S / 2 ? "no detour" : `${durationText(detour_s)} detour`;
}
