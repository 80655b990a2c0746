/** What can happen to a call, in the words of the domain. Every event carries the moment it happened on the call's clock. */
import type { EndReason } from './end-reason.ts'
import type { TransferFailure } from './transfer.ts'

/** Where agent audio belongs. */
export type AgentPart = Readonly<{ responseId: string; itemId: string; contentIndex: number }>

/** Tokens of one response; cached ones are part of the input. */
export type Usage = Readonly<{
  inputTextTokens: number
  inputAudioTokens: number
  cachedTextTokens: number
  cachedAudioTokens: number
  outputTextTokens: number
  outputAudioTokens: number
}>

/** What is told of something that the model has done without us, as much of it as is known. */
export type RemoteToolUse = Readonly<{
  itemId: string
  /** `called`: it is asked for, and not begun. */
  stage: 'called' | 'running' | 'over'
  responseId?: string
  name?: string
  given?: string
  /** What came of it, also when it failed. */
  output?: string
  failed?: boolean
}>

/** Something that happens; what a leg tells. */
export type Happening = CallerEvent | AgentEvent | ModelEvent | PlaybackEvent | ServiceEvent

/** Something that happened at a moment; what `step` takes. */
export type CallEvent = Happening & Readonly<{ atMs: number }>

export type CallerEvent =
  | Readonly<{ type: 'caller-connected' }>
  | Readonly<{ type: 'caller-hung-up' }>
  /** The stream broke, and the caller has not hung up. */
  | Readonly<{ type: 'stream-lost' }>
  /** Twilio has no stream of this call and asks what to do. */
  | Readonly<{ type: 'stream-asked' }>
  /** It was so long before this is told, in what the model was sent of the caller, where that is known. */
  | Readonly<{ type: 'caller-started-speaking'; itemId: string; agoMs?: number }>
  | Readonly<{ type: 'caller-stopped-speaking'; itemId: string; agoMs?: number }>
  | Readonly<{ type: 'caller-turn-ended'; itemId: string; previousItemId?: string | undefined }>
  /** `seconds` is how much audio was put into words, where the transcriber says so. */
  | Readonly<{
    type: 'caller-words'
    itemId: string
    text: string
    final: boolean
    seconds?: number
  }>
  | Readonly<{ type: 'caller-pressed-key'; digit: string }>

export type AgentEvent =
  | Readonly<{ type: 'agent-response-started'; responseId: string }>
  | Readonly<{
    type: 'agent-response-ended'
    responseId: string
    status: 'completed' | 'cancelled' | 'failed' | 'incomplete'
    reason?: string | undefined
    usage?: Usage | undefined
  }>
  | Readonly<{ type: 'agent-item-added'; itemId: string; previousItemId?: string | undefined }>
  /** The model wants something done; `given` is the text of the arguments as it came. */
  | Readonly<{
    type: 'agent-called-tool'
    responseId: string
    itemId: string
    toolCallId: string
    name: string
    given: string
  }>
  | (Readonly<{ type: 'agent-used-remote-tool' }> & RemoteToolUse)
  /** The model may have something done only if it is allowed. */
  | Readonly<{
    type: 'agent-asked-approval'
    requestId: string
    server: string
    name: string
    given: string
  }>
  /** A server that the model calls by itself has not told which tools it has. */
  | Readonly<{ type: 'remote-tools-missing'; server: string }>
  /** The first audio of a response is here, and goes out after this. */
  | Readonly<{ type: 'agent-about-to-speak' }>
  | (AgentPart & Readonly<{ type: 'agent-words'; text: string; final: boolean }>)
  /** Audio went out to the caller: `sentMs` in whole frames, made of `modelMs` of the model's own. */
  | (AgentPart & Readonly<{ type: 'agent-audio-sent'; sentMs: number; modelMs: number }>)
  /** Audio came that nobody wants any more, and was dropped. */
  | (AgentPart & Readonly<{ type: 'agent-audio-refused' }>)
  | (AgentPart & Readonly<{ type: 'agent-audio-ended' }>)
  /** Tones of keys went out to the caller. */
  | Readonly<{ type: 'keys-sent'; toolCallId: string; sentMs: number }>
  /** A piece of hold tone went out to the caller. */
  | Readonly<{ type: 'hold-sent'; sentMs: number }>

export type ModelEvent =
  /** The session is set up and knows what was said before; caller audio may flow. */
  | Readonly<{ type: 'model-ready'; expiresInMs?: number | undefined }>
  /** A second session is as ready as the first, and may take over. */
  | Readonly<{ type: 'reserve-ready'; expiresInMs?: number | undefined }>
  | Readonly<{ type: 'reserve-failed'; cause: string }>
  /** The session broke; the leg opens another. */
  | Readonly<{ type: 'model-interrupted'; cause: string }>
  /** The model cannot be reached, or its socket broke and is not coming back. */
  | Readonly<{ type: 'model-lost'; cause: string }>
  /** The model refused something we asked; the session goes on. */
  | Readonly<{ type: 'model-complained'; code: string; problem: string }>
  /** The model has no room for another response, and when it will have. */
  | Readonly<{ type: 'model-limited'; resetInMs: number }>

export type PlaybackEvent = Readonly<{ type: 'mark-echoed'; name: string }>

export type ServiceEvent =
  /** Comes a few times a second; deadlines are looked at. */
  | Readonly<{ type: 'tick' }>
  | Readonly<{ type: 'end-requested'; reason: EndReason }>
  /** The call has cost so much more, in billionths of a dollar. */
  | Readonly<{ type: 'cost-grew'; nano: number }>
  /** A human has taken the call. */
  | Readonly<{ type: 'transfer-answered' }>
  /** Nobody took it. `isBack`: Twilio asks what to do with the caller already. */
  | Readonly<{ type: 'transfer-failed'; why: TransferFailure; isBack: boolean }>
  /** A tool is done; `output` is for the model, a failure too. */
  | Readonly<{ type: 'tool-returned'; toolCallId: string; output: string; failed: boolean }>
  /** The caller is to be bidden goodbye, and then the call is over. */
  | Readonly<{ type: 'goodbye-asked' }>
  /** A machine has answered, and is recording now. */
  | Readonly<{ type: 'message-asked'; sentence: string }>
  /** The call is to go on in another process: at a quiet moment, or now. */
  | Readonly<{ type: 'hand-over'; isForced: boolean }>
