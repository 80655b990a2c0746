/**
 * What a call is at one moment. A phase holds only what exists in it: there is no playback before the line is open and no
 * deadline after the end.
 */
import type { Approval } from './approvals.ts'
import { type Consent, consentDue } from './consent.ts'
import type { EndReason } from './end-reason.ts'
import type { Keypad } from './keypad.ts'
import type { Plan } from './plan.ts'
import { EMPTY_PLAYBACK, type Playback } from './playback.ts'
import { type CallRules, MAIN_AGENT } from './rules.ts'
import type { ToolCall } from './tool-calls.ts'
import type { Transcript } from './transcript.ts'
import type { Unwritten } from './unwritten.ts'

export type CallState = Up | Ended

/** A call that has not ended. */
export type Up = Ringing | Talking | Away

/**
 * Twilio was told to open the stream: for the first time, or again because the one before broke. The model opens meanwhile, or
 * is there, and may already speak.
 */
export type Ringing =
  & Live
  & Readonly<{
    phase: 'ringing'
    sinceMs: number
    /** Since when nothing of what the agent says is heard. */
    silentFromMs: number
    /** Whether Twilio was told to open this stream; before that it cannot have failed. */
    isTold: boolean
    /** The keys Twilio is to press before it opens the stream; empty for none. */
    press: string
  }>

/** The line is open. */
export type Talking =
  & Live
  & Readonly<{
    phase: 'talking'
    connectedAtMs: number
    playback: Playback
    floor: Floor
    /** Whether the last thing sent is a hold tone. */
    holding: boolean
    plan: Plan
    /** How often the caller was asked in vain whether they are there. */
    timesAsked: number
    isWarned: boolean
  }>

/** The caller is being put through to a human, and comes back if nobody takes the call. */
export type Away =
  & Live
  & Readonly<{
    phase: 'away'
    destination: string
    /** What the human is told before they decide. */
    summary: string
    /** The tool call that asked for it; without one the caller did. */
    toolCallId: string | undefined
    sinceMs: number
    /** Whether Twilio was told whom to call. */
    isTold: boolean
  }>

export type Ended = Readonly<{ phase: 'ended'; reason: EndReason; transcript: Transcript }>

/** What a call has from the webhook to its end. */
export type Live = Readonly<{
  rules: CallRules
  startedAtMs: number
  /** How often a stream was awaited for this call; each has a token of its own. */
  epoch: number
  /** When streams broke, of late. */
  lossesAtMs: readonly number[]
  /** How long the line was open before the present stream. */
  talkedMs: number
  /** What the call has cost, in billionths of a dollar; counted only where that is bounded. */
  spentNano: number
  model: Model
  response: ResponseSlot
  /** How often in a row the model has not come up with a response. */
  failures: number
  /** The sentence that comes before anything else, where there is one. */
  consent: Consent
  /** What the agent shall say as soon as it can, in order. */
  waiting: readonly ResponseRequest[]
  refused: readonly RefusedResponse[]
  transcript: Transcript
  /** The agent of the customer's file who speaks. */
  agent: string
  /** What the agent asked to be done and has not answered yet. */
  tools: readonly ToolCall[]
  /** What waits for the caller's word before the model may have it done. */
  approvals: readonly Approval[]
  keypad: Keypad
  /** What the caller entered and the model was not told, by the name it was asked for; never written anywhere. */
  secrets: Readonly<Record<string, string>>
  /** How often the caller was handed on since they last spoke. */
  handOffs: number
  /** Whether the call leaves this process as soon as nobody speaks. */
  isLeaving: boolean
  /** The turns of the caller that the model has not put into words yet. */
  unwritten: Unwritten
  /** Since when the present session is the one that is told everything; what was said before it has by its text alone. */
  sessionFromMs: number
  /** Until then the model is not asked for a response, because it has refused one for the moment. */
  limitedUntilMs: number
}>

/** The model's leg. `interrupted` is one that was ready and is being opened again. */
export type Model =
  | Readonly<{ is: 'opening' }>
  | Readonly<{ is: 'ready'; renewal: Renewal }>
  | Readonly<{ is: 'interrupted'; sinceMs: number }>

/** A session has an end of its own, long before some calls; another one takes over in time, at a quiet moment. */
export type Renewal =
  | Readonly<{ is: 'not-needed' }>
  | (Readonly<{ is: 'planned' }> & RenewalTimes)
  /** The other session is being opened. */
  | (Readonly<{ is: 'opening' }> & RenewalTimes)

/** When a session is to be followed by another. */
export type RenewalTimes = Readonly<{
  /** From then on at a quiet moment. */
  quietFromMs: number
  /** From then on whenever no answer is being generated. */
  forcedFromMs: number
  /** From then on whatever happens. */
  latestMs: number
}>

/** What the agent is asked to say. */
export type ResponseRequest =
  /** Whatever answers the caller. */
  | Readonly<{ kind: 'reply' }>
  /** Whatever follows from what tools gave. */
  | Readonly<{ kind: 'results' }>
  /** That the call is recorded, word by word. */
  | Readonly<{ kind: 'consent'; sentence: string }>
  /** This, word by word. */
  | Readonly<{ kind: 'exactly'; sentence: string }>
  /** What it was about to say when it was cut off by no fault of the caller's. */
  | Readonly<{ kind: 'go-on' }>

/** The model generates one response at a time. */
export type ResponseSlot =
  | Readonly<{ is: 'free' }>
  | Readonly<{ is: 'asked'; request: ResponseRequest; sinceMs: number }>
  | Readonly<{
    is: 'active'
    responseId: string
    /** What it answers; `reply` for one that the model began by itself. */
    request: ResponseRequest
    sinceMs: number
    /** Whether a word of it has come. */
    hasSpoken: boolean
  }>

/**
 * A response the caller has spoken over. Its audio goes on arriving for a while and must not be played; the items in
 * `truncated` are those the model has already been told about.
 */
export type RefusedResponse = Readonly<{ responseId: string; truncated: readonly string[] }>

/** Who holds the floor. */
export type Floor =
  | Readonly<{ is: 'nobody'; sinceMs: number }>
  | Readonly<{ is: 'caller' }>
  /** The caller waits for the agent. */
  | Readonly<{ is: 'awaited'; sinceMs: number }>
  | Readonly<{ is: 'agent' }>

/** A call that was just offered by Twilio. */
export const startCall = (rules: CallRules, atMs: number, agent = MAIN_AGENT): Ringing => ({
  phase: 'ringing',
  sinceMs: atMs,
  silentFromMs: atMs,
  isTold: true,
  press: '',
  rules,
  startedAtMs: atMs,
  epoch: 1,
  lossesAtMs: [],
  talkedMs: 0,
  spentNano: 0,
  model: { is: 'opening' },
  failures: 0,
  response: { is: 'free' },
  consent: consentDue(rules.consent),
  waiting: rules.greeting === undefined ? [] : [{ kind: 'exactly', sentence: rules.greeting }],
  refused: [],
  transcript: [],
  agent,
  tools: [],
  approvals: [],
  keypad: { is: 'idle' },
  secrets: {},
  handOffs: 0,
  unwritten: [],
  sessionFromMs: 0,
  limitedUntilMs: 0,
  isLeaving: false,
})

/** The same call once the line is open. */
export const connect = (
  { sinceMs: _, silentFromMs: __, isTold: ___, press: ____, ...state }: Ringing,
  atMs: number,
): Talking => ({
  ...state,
  phase: 'talking',
  connectedAtMs: atMs,
  playback: EMPTY_PLAYBACK,
  holding: false,
  plan: { is: 'stay' },
  timesAsked: 0,
  isWarned: false,
  floor: isAgentsTurn(state) ? { is: 'awaited', sinceMs: atMs } : { is: 'nobody', sinceMs: atMs },
})

/** Whether the agent is about to say something, or would be if the model were there. */
export const isAgentsTurn = (
  { consent, waiting, response, tools }: Omit<Live, 'phase'>,
): boolean =>
  consent.is === 'due' || waiting.length > 0 || response.is !== 'free' ||
  tools.some(({ stage }) => stage !== 'planned')

/** What of a call outlives its stream. */
export const liveOf = (state: Talking): Live => {
  const { phase: _, connectedAtMs, playback, floor, holding, plan, ...rest } = state
  const { timesAsked, isWarned, ...live } = rest
  void [connectedAtMs, playback, floor, holding, plan, timesAsked, isWarned]
  return live
}

/** Whether audio of this response is still to be played. */
export const isWanted = (state: CallState, responseId: string): boolean =>
  state.phase !== 'ended' && !state.refused.some((each) => each.responseId === responseId)
