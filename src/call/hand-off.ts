/** The call goes to another agent of the customer's file: other instructions and tools, and a session of its own where the voice differs. */
import { refuseApprovals } from './approvals.ts'
import { andThen } from './change.ts'
import { modelInterrupted, orphanPlayback } from './model-leg.ts'
import type { Change } from './responses.ts'
import type { Talking } from './state.ts'

/** Agents that pass a caller round without hearing them are stopped. */
const MOST_WITHOUT_CALLER = 3

/** Why a hand-off is refused; undefined when it is not. */
export const handOffProblem = (state: Talking, agent: string): string | undefined => {
  if (agent === state.agent) return 'You are that agent. Answer the caller yourself.'
  return state.handOffs >= MOST_WITHOUT_CALLER
    ? 'The caller has been handed on too often without a word. Answer them yourself.'
    : undefined
}

/** Lets another agent go on. What it has to say is asked for by whoever hands off. */
export const handOff = (state: Talking, agent: string, atMs: number): Change<Talking> => {
  const { agents } = state.rules
  const next: Talking = { ...state, agent, handOffs: state.handOffs + 1 }
  const reported = { type: 'report', report: { type: 'handed-off', agent } } as const
  if (agents[agent].sessionKey === agents[state.agent].sessionKey) {
    return andThen(
      refuseApprovals(next, atMs),
      (after) => [after, [{ type: 'change-agent', agent }, reported]],
    )
  }
  // As if the session had broken: the next one is told what was said, and speaks with the other voice.
  const [left, effects] = andThen(
    orphanPlayback(next),
    (orphaned) => modelInterrupted(orphaned, 'hand-off', atMs, { is: 'agent' }),
  )
  return [left, [{ type: 'replace-agent', agent }, reported, ...effects]]
}
