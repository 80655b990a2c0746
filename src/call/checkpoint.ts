/**
 * What must be known of a call to go on with it in another process. It is written at the end of every turn, so a crash loses no more
 * than the turn it fell into.
 */
import { isConsentHeard, SETTLED } from './consent.ts'
import type { CallEffect } from './effects.ts'
import { asHeard } from './heard.ts'
import type { Playback } from './playback.ts'
import type { CallRules } from './rules.ts'
import { type Ringing, startCall, type Up } from './state.ts'
import { isKnown, type Transcript, type TranscriptLine } from './transcript.ts'

export type Checkpoint = Readonly<{
  epoch: number
  /** How long the line was open. */
  talkedMs: number
  transcript: Transcript
  /** Whether the caller has heard to its end that the call is recorded, or need not. */
  isConsentHeard: boolean
  /** Who of the customer's agents speaks. */
  agent: string
  /** What the call has cost, in billionths of a dollar, where that is counted. */
  spentNano: number
}>

/** Takes a checkpoint of a live call. */
export const checkpointOf = (state: Up, atMs: number): Checkpoint => ({
  epoch: state.epoch,
  talkedMs: state.talkedMs + (state.phase === 'talking' ? atMs - state.connectedAtMs : 0),
  transcript: asHeard(state, atMs),
  agent: state.agent,
  spentNano: state.spentNano,
  isConsentHeard: isConsentHeard(state),
})

/** After so much of a stream somebody knows that they were greeted. */
const GREETED_MS = 500
/** How much of a long answer a crash may make the agent say again. */
const HEARD_EVERY_MS = 3_000

/** Whether so much more was heard that it is worth a checkpoint before the end of an answer. */
export const isWorthKeeping = (before: Playback, now: Playback): boolean =>
  stepsHeard(before) < stepsHeard(now)

const stepsHeard = ({ provenMs }: Playback): number =>
  provenMs < GREETED_MS ? 0 : 1 + Math.floor(provenMs / HEARD_EVERY_MS)

/** Asks for a checkpoint to be kept. */
export const keep = (state: Up, atMs: number): CallEffect => ({
  type: 'checkpoint',
  checkpoint: checkpointOf(state, atMs),
})

/**
 * Takes a call up where its checkpoint left it, waiting for a stream. Nobody is greeted twice; an agent that has spoken before
 * says that it is back, because the caller has heard the line go dead.
 */
export const resumeCall = (rules: CallRules, checkpoint: Checkpoint, atMs: number): Ringing => {
  const fresh = startCall(rules, atMs)
  const { talkedMs, epoch, agent, spentNano } = checkpoint
  const transcript = before(checkpoint.transcript.map(withoutLoss), atMs)
  const hasBegun = transcript.some(isKnown)
  return {
    ...fresh,
    epoch: epoch + 1,
    lossesAtMs: [atMs],
    talkedMs,
    spentNano,
    transcript,
    agent: Object.hasOwn(rules.agents, agent) ? agent : fresh.agent,
    consent: checkpoint.isConsentHeard ? SETTLED : fresh.consent,
    // Who has not heard that the call is recorded has heard nothing else.
    waiting: hasBegun && (checkpoint.isConsentHeard || rules.consent === undefined)
      ? [{ kind: 'go-on' }]
      : fresh.waiting,
  }
}

/** The clock of the process before is not ours: what it wrote down was before now, as far apart as it was. */
const before = (transcript: Transcript, atMs: number): Transcript => {
  const shiftMs = atMs - 1 - Math.max(...transcript.map((line) => line.atMs))
  return transcript.map((line) => ({ ...line, atMs: line.atMs + shiftMs }))
}

const LOST = 'The result was lost with the connection. It may have been done or not.'

/** What a tool of the process before has given, or would have, nobody knows any more. */
const withoutLoss = (line: TranscriptLine): TranscriptLine =>
  line.speaker === 'tool' && !line.final
    ? { ...line, text: LOST, final: true, tool: { ...line.tool, failed: true } }
    : line
