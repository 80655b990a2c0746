/**
 * The model's leg of a call, whatever protocol it speaks. A second protocol is one more codec folder and one more file that
 * gives this.
 */
import type { ConversationItem, SpokenItem } from '../call/conversation.ts'
import type { AgentPart, Happening } from '../call/events.ts'
import type { ResponseRequest } from '../call/state.ts'
import type { LastWord } from './last-word.ts'

/** What the bridge may ask of the model. Before `model-ready` only `close` means anything. */
export type ModelLeg = Readonly<{
  /** Adds caller audio, base64 in the leg's audio format. */
  appendAudio: (payload: string) => void
  /** Opens a second session; `reserve-ready` or `reserve-failed` follows. */
  openReserve: () => void
  /** Lets the second session take over. */
  swap: () => void
  dropReserve: () => void
  /** What the socket has not taken yet. */
  bufferedBytes: () => number
  /** Gives the session up, as if it had broken, and opens another. */
  replace: () => void
  requestResponse: (request: ResponseRequest) => void
  /** The model may answer the caller from now on; until then it has only listened. */
  answerCaller: () => void
  cancelResponse: (responseId: string) => void
  truncateItem: (itemId: string, contentIndex: number, audioEndMs: number) => void
  /** Writes an item anew that the session has by its text alone. */
  rewriteItem: (item: SpokenItem, previousItemId?: string) => void
  /** Tells the model what nobody said. */
  tell: (item: SpokenItem) => void
  /** Lets another agent go on in the present session. */
  changeAgent: (agent: string) => void
  /** Gives the session up and opens one for another agent; `model-ready` follows. */
  replaceAgent: (agent: string) => void
  /** Tells the model what came of a tool call. */
  returnOutput: (toolCallId: string, output: string) => void
  /** Says whether the model may have done elsewhere what it asked for. */
  answerApproval: (requestId: string, approve: boolean, reason: string) => void
  /**
   * Has the model write something down that nobody hears, and ends the session then, or after `timeoutMs`, or when the leg is closed.
   * Nothing else is told afterwards. Never rejects.
   */
  sumUp: (instructions: string, timeoutMs: number) => Promise<LastWord>
  /** Ends the session, also one that is still being opened. Nothing is told afterwards. */
  close: () => void
}>

/** What the model's leg tells the bridge. Audio takes its own way and never waits behind a decision. */
export type ModelLegEvents = Readonly<{
  happened: (happening: Happening) => void
  audio: (delta: AgentPart & Readonly<{ payload: string }>) => void
  audioEnded: (part: AgentPart) => void
}>

/** What a session must know of the call when it is opened. */
export type ModelLegCall = Readonly<{
  /** What was said so far; a session that takes over from another is told that before it is ready. */
  conversation: () => readonly ConversationItem[]
  /** Whether the caller is to be answered already. */
  answersCaller: () => boolean
}>

/** Opens the model's leg of a call for an agent of the customer's. */
export type OpenModelLeg = (
  agent: string,
  events: ModelLegEvents,
  call: ModelLegCall,
) => ModelLeg
