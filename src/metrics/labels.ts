/**
 * The label values of the metrics. They are closed sets, or a peer could fill the memory of Prometheus with words of its own. No
 * label names a call, a caller or a customer.
 */
import type { SocketClose } from '../runtime/socket.ts'

/** Our two peers, as a socket knows them. */
export const LEGS = ['caller', 'model'] as const
export type Leg = (typeof LEGS)[number]

/** Whose words an audio is, as in a transcript. */
export const SPEAKERS = ['caller', 'agent'] as const

/** Why a call that Twilio offered was not taken. */
export const CALL_REFUSALS = [
  'unknown-number',
  'blocked',
  /** Outside the opening hours; the caller was told so, or put through. */
  'closed',
  'no-room',
  /** Its customer has spent what a day may cost. */
  'cost-limit',
  'draining',
  'overloaded',
] as const
export type CallRefusal = (typeof CALL_REFUSALS)[number]

/** Why a request was not believed to be Twilio's, or not ours to answer. */
export const WEBHOOK_REFUSALS = ['bad-signature', 'other-account'] as const
export type WebhookRefusal = (typeof WEBHOOK_REFUSALS)[number]

/** Why a socket did not become the stream of a call; `bad-start` is one that was turned away after its handshake. */
export const STREAM_REFUSALS = ['bad-signature', 'unknown-call', 'too-many', 'bad-start'] as const
export type StreamRefusal = (typeof STREAM_REFUSALS)[number]

/** How a socket ended, by close code. */
export const CLOSE_CLASSES = [
  /** 1000, or a close without a code. */
  'normal',
  /** 1001: the peer goes away, such as a server that is deployed, or a session that has reached its cap. */
  'going-away',
  /** 1006: no closing handshake; the network or a proxy on the way broke it. */
  'lost',
  /** The opening handshake was refused. */
  'refused',
  /** 1011 to 1014: the peer is not well. */
  'peer-fault',
  /** The rest of 1002 to 1015. */
  'protocol',
  /** 3000 and above: the peer's own code, or ours. */
  'application',
] as const
export type CloseClass = (typeof CLOSE_CLASSES)[number]

/** Gives the class of the end of a socket. */
export const closeClassOf = ({ code, httpStatus }: SocketClose): CloseClass => {
  if (httpStatus !== undefined) return 'refused'
  if (code >= 3000) return 'application'
  if (code >= 1011 && code <= 1014) return 'peer-fault'
  switch (code) {
    case 1000:
    case 1005:
      return 'normal'
    case 1001:
      return 'going-away'
    case 1006:
      return 'lost'
    default:
      return 'protocol'
  }
}

/** What became of an attempt to open the model's session: all tries of one opening together. */
export const CONNECT_OUTCOMES = ['ready', 'unreachable'] as const

/** How a session that was to end was followed by another: while nobody spoke, at the last moment, or not this time. */
export const RENEWAL_OUTCOMES = ['quiet', 'forced', 'failed'] as const

/** Whether there is a summary of a call that should have one. */
export const SUMMARY_STATUSES = ['ready', 'none'] as const
/** What became of a try to bring a recording to the storage. */
export const RECORDING_OUTCOMES = ['stored', 'failed'] as const
export type RecordingOutcome = (typeof RECORDING_OUTCOMES)[number]

export const RESPONSE_STATUSES = [
  'completed',
  'cancelled',
  'failed',
  'incomplete',
  'other',
] as const

/** The kinds do not overlap: their sum is all tokens, and each has its own price. */
export const TOKEN_KINDS = ['input', 'cached', 'output'] as const
export const MODALITIES = ['text', 'audio'] as const

/** What the model complains of, or a response fails for, and an operator acts on; the rest is `other`. */
export const MODEL_CODES = [
  'invalid_api_key',
  'insufficient_quota',
  'rate_limit_exceeded',
  'model_not_found',
  'invalid_model',
  'missing_model',
  'beta_api_shape_disabled',
  'session_expired',
  'server_error',
  'content_filter',
  'max_output_tokens',
  'invalid_request_error',
  'invalid_value',
  'other',
] as const

/** The word itself if it is in the set, else `other`. */
export const knownOr = (known: readonly string[], word: string | undefined): string =>
  word !== undefined && known.includes(word) ? word : 'other'
