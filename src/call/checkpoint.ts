/**
 * What must be known of a call to go on with it in another process. It is written at the end of every turn, so a crash loses no more
 * than the turn it fell into.
 */
import type { CallEffect } from './effects.ts'
import { type CallRules, type Ringing, startCall, type Talking } from './state.ts'
import type { Transcript } from './transcript.ts'

export type Checkpoint = Readonly<{
  epoch: number
  /** How long the line was open. */
  talkedMs: number
  transcript: Transcript
}>

/** Takes a checkpoint of a live call. */
export const checkpointOf = (state: Ringing | Talking, atMs: number): Checkpoint => ({
  epoch: state.epoch,
  talkedMs: state.talkedMs + (state.phase === 'talking' ? atMs - state.connectedAtMs : 0),
  transcript: state.transcript,
})

/** Asks for a checkpoint to be kept. */
export const keep = (state: Ringing | Talking, atMs: number): CallEffect => ({
  type: 'checkpoint',
  checkpoint: checkpointOf(state, atMs),
})

/**
 * Takes a call up where its checkpoint left it, waiting for a stream. Nobody is greeted twice; an agent that has spoken before
 * says that it is back, because the caller has heard the line go dead.
 */
export const resumeCall = (rules: CallRules, checkpoint: Checkpoint, atMs: number): Ringing => {
  const fresh = startCall(rules, atMs)
  const { transcript, talkedMs, epoch } = checkpoint
  const hasBegun = transcript.some(({ text }) => text !== '')
  return {
    ...fresh,
    epoch: epoch + 1,
    lossesAtMs: [atMs],
    talkedMs,
    transcript,
    waiting: hasBegun ? [{ kind: 'go-on' }] : fresh.waiting,
  }
}
