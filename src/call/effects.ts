/** What a call decides to do. The bridge performs effects in the order they are given and decides nothing itself. */
import type { Usage } from './events.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { EndReason } from './end-reason.ts'
import type { ResponseRequest } from './state.ts'
import type { TranscriptLine } from './transcript.ts'
import type { TransferFailure } from './transfer.ts'

export type CallEffect =
  /** Every ms this waits is heard, so it comes before anything else. */
  | Readonly<{ type: 'clear-playback' }>
  | Readonly<{ type: 'mark-playback'; name: string }>
  | Readonly<{ type: 'cancel-response'; responseId: string }>
  | Readonly<{ type: 'truncate-item'; itemId: string; contentIndex: number; audioEndMs: number }>
  /** Writes an item anew that the model has by its text alone, because less of it was heard. */
  | Readonly<{ type: 'rewrite-item'; itemId: string; previousItemId?: string; text: string }>
  /** Opens a second session beside the present one. */
  | Readonly<{ type: 'open-reserve' }>
  /** The second session takes over, and the first is closed. */
  | Readonly<{ type: 'swap-model' }>
  | Readonly<{ type: 'drop-reserve' }>
  /** Asks the model to speak. */
  | Readonly<{ type: 'request-response'; request: ResponseRequest }>
  /** From now on the model answers what the caller says, and falls silent when they speak. */
  | Readonly<{ type: 'answer-caller' }>
  | Readonly<{ type: 'run-tool'; toolCallId: string; name: string; given: string }>
  /** Tells the model what came of a tool call. */
  | Readonly<{ type: 'return-output'; toolCallId: string; output: string }>
  /** Says whether the model may have done what it asked for. */
  | Readonly<{ type: 'answer-approval'; requestId: string; approve: boolean; reason: string }>
  /** Tells the model what nobody said. */
  | Readonly<{ type: 'tell-model'; itemId: string; text: string }>
  /** Presses keys, as tones behind what is being said. */
  | Readonly<{ type: 'play-keys'; toolCallId: string; keys: string }>
  /** Another agent goes on in the present session, or in one of its own. */
  | Readonly<{ type: 'change-agent'; agent: string }>
  | Readonly<{ type: 'replace-agent'; agent: string }>
  /** Calls a human, who hears the summary and decides whether to take the call. */
  | Readonly<{ type: 'call-human'; destination: string; summary: string }>
  | Readonly<{ type: 'hang-up-human' }>
  /** Has Twilio ask again what to do with the caller. */
  | Readonly<{ type: 'bring-back' }>
  /** Lets the caller hear that the line is alive, for this long. */
  | Readonly<{ type: 'play-hold'; ms: number }>
  /** The caller says something from a moment ago on: its audio is kept until it is put into words. */
  | Readonly<{ type: 'keep-turn'; itemId: string }>
  | Readonly<{ type: 'forget-turn'; itemId: string }>
  /** The stream is gone: its socket is closed, and what the agent says waits for the next one. */
  | Readonly<{ type: 'leave-stream' }>
  /** A turn is over: what is known of the call now is worth keeping. */
  | Readonly<{ type: 'checkpoint'; checkpoint: Checkpoint }>
  /** The model writes down what the call was about, before it is let go; or nobody does, where its session is lost. */
  | Readonly<{ type: 'sum-up'; hasSession: boolean }>
  /** The line is closed, and Twilio then asks what to do with the caller. The model's leg is, too, unless it sums the call up. */
  | Readonly<{ type: 'end-call'; reason: EndReason; isModelKept: boolean }>
  | Readonly<{ type: 'report'; report: CallReport }>

/** What those who watch a call are told: the log, the event stream, the terminal. */
export type CallReport =
  | Readonly<{ type: 'model-ready'; afterMs: number }>
  /** The model's leg broke and is being opened again; the caller stays. */
  | Readonly<{ type: 'model-interrupted'; cause: string }>
  | Readonly<{ type: 'model-resumed'; afterMs: number }>
  /** A new session has taken over before the old one ended. */
  | Readonly<{ type: 'model-renewed'; isForced: boolean }>
  | Readonly<{ type: 'renewal-failed'; cause: string }>
  | Readonly<{ type: 'caller-connected'; afterMs: number; epoch: number }>
  /** The stream broke; Twilio still has the caller and is expected to ask for another. */
  | Readonly<{ type: 'stream-lost' }>
  /** The caller has heard to its end that the call is recorded. */
  | Readonly<{ type: 'consent-heard' }>
  /** The agent begins to speak; `latencyMs` since the caller fell silent, or since the line opened. */
  | Readonly<{ type: 'agent-speaking'; responseId: string; latencyMs: number }>
  | Readonly<{ type: 'agent-heard'; itemId: string; heardMs: number }>
  | Readonly<{ type: 'caller-speaking' }>
  | Readonly<{ type: 'barged-in'; heardMs: number; unheardMs: number; cut: readonly Cut[] }>
  /** `previousItemId` is the item that the line stands after, where it is new there. */
  | Readonly<{ type: 'line'; line: TranscriptLine; previousItemId?: string }>
  /** The caller's words were put down by a transcriber, which is billed by the second of audio. */
  | Readonly<{ type: 'transcribed'; seconds: number }>
  | Readonly<{ type: 'key-pressed'; digit: string }>
  | Readonly<{ type: 'handed-off'; agent: string }>
  | Readonly<{ type: 'transferring'; destination: string; mode: 'cold' | 'warm' }>
  | Readonly<{ type: 'transfer-failed'; destination: string; why: TransferFailure }>
  | Readonly<{ type: 'tool-called'; toolCallId: string; name: string }>
  /** A server that the model calls by itself has not told which tools it has. */
  | Readonly<{ type: 'remote-tools-missing'; server: string }>
  | Readonly<{
    type: 'tool-returned'
    toolCallId: string
    name: string
    afterMs: number
    failed: boolean
  }>
  | Readonly<{
    type: 'response-ended'
    responseId: string
    status: string
    reason?: string | undefined
    usage?: Usage | undefined
  }>
  | Readonly<{ type: 'model-complained'; code: string; problem: string }>
  | Readonly<{ type: 'ended'; reason: EndReason; cause?: string; durationMs: number }>

/** What was heard of an item that was cut short. */
export type Cut = Readonly<{ itemId: string; heardMs: number; sentMs: number }>
