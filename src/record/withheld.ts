/**
 * What of a recording is kept back because nobody knows yet what was said, and what is muted because it is not to be kept. Pure.
 *
 * Words have no times, so a line is kept whole or not at all, and its words come after its sound: seconds later, in any order, or
 * never. So it is silent until all its words are known and nothing of them is taken out, and what never gets words stays silent. That
 * goes for all that comes from the caller, as a server may be late to tell that they speak: their channel is heard in turns alone.
 */
import type { ModelHears } from '../bridge/call-sound.ts'
import type { CallEvent } from '../call/events.ts'
import { type CallState, isWanted } from '../call/state.ts'
import type { Channel } from './stereo-track.ts'

/** A stretch of one channel, in ms on the clock of the call. */
export type Span = Readonly<{
  channel: Channel
  /** The line that is said in it. */
  name: string
  fromMs: number
  /** Infinity while it goes on. */
  toMs: number
  fate: Fate
}>

/** Whether it may be heard: that is not known yet, it may, or it may not. */
export type Fate = 'open' | 'kept' | 'muted'

export type Withheld = Readonly<{
  spans: readonly Span[]
  /** Whether lines whose words are known may be heard: the sound of the agent's comes after them. */
  judged: ReadonlyMap<string, boolean>
  hearing: Hearing
  /** Where the last turn of the caller's ends. */
  turnsToMs: number
}>

/** Whether the model hears the caller as they speak. */
type Hearing =
  | Readonly<{ is: 'live' }>
  | Readonly<{ is: 'cut-off'; fromMs: number }>
  /** What waited was sent all at once; turns that are told of may lie in it. */
  | Readonly<{ is: 'catching-up'; sinceMs: number }>

export type WithheldRules = Readonly<{
  /** Whether nothing of a text is taken out; one that is partial may go on in the middle of a number. */
  isKept: (text: string, isPartial: boolean) => boolean
  /** How long before it is told of a turn may have begun, where the server does not say. */
  leadMs: number
}>

/** Clocks differ by less than this, so what is muted is longer by as much, and what is kept is not. */
const CLOSE_MS = 300
/** As much of a turn as a session that broke leaves to the next one. */
const KEPT_TURN_MS = 15_000
/** How long turns may be told of that are in what was sent all at once. */
const CATCH_UP_MS = 3_000
const MOST_JUDGED = 200
/** What the caller says while the model does not hear them, and what of it the model will never hear; no names of lines. */
const UNHEARD = '(unheard)'
const LOST = '(lost)'

/** A call before its model hears anything. */
export const NOTHING_HEARD: Withheld = {
  spans: [{ channel: 0, name: UNHEARD, fromMs: -Infinity, toMs: Infinity, fate: 'open' }],
  judged: new Map(),
  hearing: { is: 'cut-off', fromMs: -Infinity },
  turnsToMs: -Infinity,
}

/** Names a line of the agent by what its sound and its words have in common. */
export const agentLine = (
  { itemId, contentIndex }: Readonly<{ itemId: string; contentIndex: number }>,
): string => `${itemId}/${contentIndex}`

/** Takes what happens to a call in this state. */
export const take = (
  before: Withheld,
  event: CallEvent,
  state: CallState,
  rules: WithheldRules,
): Withheld => {
  const withheld = caughtUp(before, event.atMs)
  switch (event.type) {
    case 'caller-started-speaking':
      return beginTurn(withheld, event, rules.leadMs)
    case 'caller-stopped-speaking':
      return endTurn(withPlace(withheld, event), event, event.agoMs)
    case 'caller-turn-ended':
      return endTurn(withPlace(withheld, event), event)
    case 'caller-words':
      return event.final
        ? judge(withPlace(withheld, event), event.atMs, event.itemId, isKept(event, rules))
        : withheld
    case 'agent-words': {
      // The voice of an answer that was stopped may be a few words ahead of its text.
      const isPartial = !isWanted(state, event.responseId)
      return event.final
        ? judge(withheld, event.atMs, agentLine(event), isKept(event, rules, isPartial))
        : withheld
    }
    default:
      return withheld
  }
}

/** Takes that some of a line of the agent was heard. */
export const played = (
  withheld: Withheld,
  name: string,
  fromMs: number,
  toMs: number,
): Withheld => {
  const isKept = withheld.judged.get(name)
  if (isKept) return withheld
  const at = lastOf(withheld, name)
  if (at >= 0) return withSpan(withheld, at, { ...withheld.spans[at], toMs })
  const fate = isKept === undefined ? 'open' : 'muted'
  return { ...withheld, spans: [...withheld.spans, { channel: 1, name, fromMs, toMs, fate }] }
}

/** Takes that the model begins to hear the caller, and is given what has waited for so long, or does not hear them any more. */
export const modelHears = (
  withheld: Withheld,
  how: ModelHears,
  atMs: number,
  { leadMs }: WithheldRules,
): Withheld => {
  if (how.is === 'live') return hearAgain(withheld, atMs, how.waitedMs)
  // The words of a session that is gone do not come any more.
  const left = how.is === 'away' ? giveUp(withheld, atMs) : withheld
  const at = lastOf(left, UNHEARD)
  const fromMs = Math.min(atMs - leadMs, left.spans[at]?.fromMs ?? Infinity)
  const unheard = { channel: 0, name: UNHEARD, fromMs, toMs: Infinity, fate: 'open' } as const
  return {
    ...left,
    hearing: withheld.hearing.is === 'cut-off' ? withheld.hearing : { is: 'cut-off', fromMs: atMs },
    spans: [...left.spans.filter(({ name }) => name !== UNHEARD), unheard],
  }
}

/** The call is over: what has no words has none for good, and what the model has not heard neither. */
export const giveUpAll = (withheld: Withheld): Withheld => ({
  ...withheld,
  spans: withheld.spans.map((span) => span.fate === 'open' ? { ...span, fate: 'muted' } : span),
})

/** Forgets what is decided and was written by now; where something else waits in the same place, its sound is still to come. */
export const forgetDecided = (withheld: Withheld, writtenMs: number): Withheld => {
  const open = withheld.spans.filter(({ fate }) => fate === 'open')
  const spans = withheld.spans.filter((span) =>
    span.fate === 'open' || span.toMs > writtenMs || open.some((each) => overlap(each, span))
  )
  return spans.length === withheld.spans.length ? withheld : { ...withheld, spans }
}

const overlap = (a: Span, b: Span): boolean =>
  a.channel === b.channel && a.fromMs < b.toMs && a.toMs > b.fromMs

/** Mutes the lines that have no words by now. */
const giveUp = (withheld: Withheld, atMs: number): Withheld => ({
  ...withheld,
  spans: withheld.spans.map((span) =>
    span.fate !== 'open' || span.name === UNHEARD
      ? span
      : { ...span, fate: 'muted', toMs: Math.min(span.toMs, atMs + CLOSE_MS) }
  ),
})

/** A line without words is one that nobody has understood. */
const isKept = (
  { text }: Readonly<{ text: string }>,
  rules: WithheldRules,
  isPartial = false,
): boolean => text.trim() !== '' && rules.isKept(text, isPartial)

const beginTurn = (
  withheld: Withheld,
  { itemId: name, atMs, agoMs }: Extract<CallEvent, { type: 'caller-started-speaking' }>,
  leadMs: number,
): Withheld => {
  const fromMs = withheld.hearing.is === 'live'
    ? atMs - (agoMs === undefined ? leadMs : agoMs + CLOSE_MS)
    : Math.min(atMs - KEPT_TURN_MS, withheld.spans[lastOf(withheld, UNHEARD)]?.fromMs ?? Infinity)
  return withTurn(withheld, { channel: 0, name, fromMs, toMs: Infinity, fate: 'open' })
}

/** A turn whose beginning nobody has told of may have begun when the last one ended. */
const withPlace = (
  withheld: Withheld,
  { itemId: name, atMs }: Readonly<{ itemId: string; atMs: number }>,
): Withheld =>
  lastOf(withheld, name) >= 0 || withheld.judged.has(name) ? withheld : withTurn(withheld, {
    channel: 0,
    name,
    fromMs: withheld.turnsToMs,
    toMs: atMs + CLOSE_MS,
    fate: 'open',
  })

const withTurn = (withheld: Withheld, turn: Span): Withheld => {
  const judged = new Map(withheld.judged)
  judged.delete(turn.name)
  return { ...withheld, judged, spans: [...withheld.spans, turn] }
}

/** That a turn has ended is told twice; the first time says more. */
const endTurn = (
  withheld: Withheld,
  { itemId, atMs }: Readonly<{ itemId: string; atMs: number }>,
  agoMs = 0,
): Withheld => {
  const at = lastOf(withheld, itemId)
  const span = withheld.spans[at]
  const closeMs = span?.fate === 'kept' ? 0 : CLOSE_MS
  const toMs = Math.min(span?.toMs ?? Infinity, atMs - agoMs + closeMs)
  const ended = span ? withSpan(withheld, at, { ...span, toMs }) : withheld
  return { ...ended, turnsToMs: Math.max(withheld.turnsToMs, toMs) }
}

/** What was taken out once stays out, whatever comes of the line. */
const judge = (withheld: Withheld, atMs: number, name: string, isKept: boolean): Withheld => {
  if (withheld.judged.get(name) === false) return withheld
  const judged = new Map([...withheld.judged].slice(-MOST_JUDGED)).set(name, isKept)
  const at = lastOf(withheld, name)
  const span = withheld.spans[at]
  if (span?.fate !== 'open') return { ...withheld, judged }
  return {
    ...withSpan(withheld, at, isKept ? keptOf(span, atMs) : { ...span, fate: 'muted' }),
    judged,
  }
}

/** Words are of what was said before them; what was said right before a turn and after it may be a secret that is told of late. */
const keptOf = (span: Span, atMs: number): Span => {
  if (span.channel === 1) return { ...span, fate: 'kept' }
  const toMs = Math.min(span.toMs - CLOSE_MS, atMs)
  return { ...span, fate: 'kept', fromMs: span.fromMs + CLOSE_MS, toMs }
}

/** The model is given the latest of what it has missed; what came before nobody will put into words. */
const hearAgain = (withheld: Withheld, atMs: number, waitedMs: number): Withheld => {
  const { hearing, spans } = withheld
  if (hearing.is !== 'cut-off') return withheld
  const { fromMs } = hearing
  const toMs = atMs - waitedMs
  const lost: Span = { channel: 0, name: LOST, fromMs, toMs, fate: 'muted' }
  return {
    ...withheld,
    hearing: { is: 'catching-up', sinceMs: atMs },
    spans: [
      ...spans.map((span) => span.name === UNHEARD ? { ...span, toMs: atMs } : span),
      ...(toMs > fromMs ? [lost] : []),
    ],
  }
}

/** What was sent all at once and belongs to no turn by now has no words in it. */
const caughtUp = (withheld: Withheld, atMs: number): Withheld => {
  const { hearing, spans } = withheld
  if (hearing.is !== 'catching-up' || atMs - hearing.sinceMs < CATCH_UP_MS) return withheld
  return {
    ...withheld,
    hearing: { is: 'live' },
    spans: spans.filter(({ name }) => name !== UNHEARD),
  }
}

/** Where the line is among the spans; of two turns of one name it is the later one, as servers name them as they like. */
const lastOf = ({ spans }: Withheld, name: string): number =>
  spans.findLastIndex((span) => span.name === name)

const withSpan = (withheld: Withheld, at: number, span: Span): Withheld => ({
  ...withheld,
  spans: withheld.spans.with(at, span),
})
