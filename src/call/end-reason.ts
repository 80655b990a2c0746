/** Why a call ended. The union is closed: logs, records and what Twilio is told next all depend on it. */

/** All of them. */
export const END_REASONS = [
  'caller-hung-up',
  /** The caller's stream broke, or says nothing any more. */
  'caller-lost',
  /** Twilio never opened the stream that it was told to. */
  'no-stream',
  'model-unreachable',
  'model-lost',
  'max-duration',
  /** It has cost what a call of the customer may. */
  'cost-limit',
  /** The agent has said goodbye. */
  'agent-ended',
  /** The caller has asked for it, by a key. */
  'key-ended',
  /** An operator has asked for it. */
  'operator-ended',
  /** A human has the caller. */
  'transferred',
  /** The caller said nothing for long, and nothing when asked. */
  'caller-silent',
  /** Somebody was called, and nobody picked up. */
  'not-answered',
  /** A machine picked up, and it is not talked to; or it was left a message. */
  'machine-answered',
  'message-left',
  /** The model answers nothing, or fails whenever it is asked. */
  'model-silent',
  'model-failed',
  /** This process will end; another one takes the call up. */
  'handed-over',
  /** A mistake in this program; it ends the one call it happened in. */
  'fault',
] as const

export type EndReason = typeof END_REASONS[number]

const ENDED_IN_ORDER: ReadonlySet<EndReason> = new Set([
  'caller-hung-up',
  'caller-silent',
  'max-duration',
  'cost-limit',
  'agent-ended',
  'key-ended',
  'operator-ended',
  'transferred',
  'not-answered',
  'machine-answered',
  'message-left',
])

/** Whether the caller may still be on the line and is owed an apology. */
export const owesApology = (reason: EndReason): boolean => !ENDED_IN_ORDER.has(reason)
