/**
 * What the caller has heard of what was sent.
 *
 * Twilio plays from a buffer, so sent is not heard. All audio of a stream lies on one line of play-out, measured in ms from its
 * start. A mark is a position on that line; Twilio echoes it when the position was played. Between two marks the clock tells
 * how far the play-out has got, because inside a run (audio without a pause) it moves one ms each ms.
 *
 * Two things make this exact. Every echo comes a little late, never early, so the earliest of the recent ones is the best. And
 * whatever we decide reaches Twilio a moment later, while it goes on playing: the round trip is measured with marks on an empty
 * queue, and counted.
 */
import { delayedBy, nextRun, NO_RUN, type Run, timedBy } from './run.ts'

/** One spoken part of an item on the line of play-out. */
export type PlayingItem = Readonly<{
  responseId: string
  itemId: string
  contentIndex: number
  /** Where on the line it begins, or goes on after a sound that was none of it. */
  startMs: number
  /** How much of it was sent, in whole frames. */
  sentMs: number
  /** How much of that was heard before the sound. */
  beforeMs: number
  /** How long the model's own audio of it is so far; the last frame may be padded beyond it. */
  modelMs: number
  /** Whether the model has said that this is all. */
  ended: boolean
  /** Whether the session that spoke it is gone: the present one has it by its text alone. */
  isText: boolean
}>

type Mark = Readonly<{ name: string; positionMs: number }>

export type Playback = Readonly<{
  /** The end of the line: everything sent, less what was cleared. */
  sentMs: number
  /** Up to here marks prove that it was played. */
  provenMs: number
  /** Up to here nothing is cleared for a caller who speaks: there are tones of keys in it, of which half would be another number. */
  keysToMs: number
  run: Run
  /** From sending a message to the earliest possible echo. */
  roundTripMs: number
  roundTrips: number
  /** Items not yet known to be heard whole, in the order of play. */
  items: readonly PlayingItem[]
  /** Marks sent and not echoed. */
  marks: readonly Mark[]
  markedMs: number
  /** The mark on an empty queue that measures a round trip. */
  probe?: Readonly<{ name: string; sentAtMs: number }>
  nextMark: number
}>

/** A new line, nothing sent. */
export const EMPTY_PLAYBACK: Playback = {
  sentMs: 0,
  provenMs: 0,
  keysToMs: 0,
  run: NO_RUN,
  roundTripMs: 0,
  roundTrips: 0,
  items: [],
  marks: [],
  markedMs: 0,
  nextMark: 1,
}

/** A change of the line, and the mark to send to Twilio after it, if any. */
export type Marked = Readonly<{ playback: Playback; mark?: string }>

export type SentAudio = Readonly<{
  responseId: string
  itemId: string
  contentIndex: number
  /** How long the frames last that were sent now. */
  sentMs: number
  /** How long the model's audio lasts that they were made of. */
  modelMs: number
}>

const MARK_EVERY_MS = 200
/** Marks are closer at the beginning of a run, where nothing is known of it yet. */
const EARLY_MS = 180
const EARLY_MARK_EVERY_MS = 60
const ROUND_TRIPS_MEASURED = 3

/** How much audio may be sent in one piece at `atMs`, in ms: a mark can only follow a piece. */
export const pieceMs = (playback: Playback, atMs: number): number =>
  isIdle(playback, atMs) || isEarly(playback) ? EARLY_MARK_EVERY_MS : Infinity

/** Notes a piece of audio that was sent at `atMs`. Marks follow, a few soon and then one every 200 ms. */
export const sent = (playback: Playback, audio: SentAudio, atMs: number): Marked => {
  const run = isIdle(playback, atMs)
    ? nextRun(playback.run, playback.sentMs, atMs + playback.roundTripMs)
    : playback.run
  const before = { ...playback, run }
  const everyMs = isEarly(before) ? EARLY_MARK_EVERY_MS : MARK_EVERY_MS
  const next: Playback = {
    ...before,
    sentMs: before.sentMs + audio.sentMs,
    items: addToItems(before, audio),
  }
  return next.sentMs - Math.max(next.markedMs, run.startMs) >= everyMs
    ? addMark(next)
    : { playback: next }
}

/** Notes that the model has sent all of an item. A mark at its end tells when it was heard. */
export const itemEnded = (playback: Playback, itemId: string, contentIndex: number): Echo => {
  const items = playback.items.map((item) =>
    item.itemId === itemId && item.contentIndex === contentIndex ? { ...item, ended: true } : item
  )
  const next = { ...playback, items }
  return next.markedMs < next.sentMs ? { ...addMark(next), heard: [] } : takeHeard(next)
}

/** A change of the line that may prove items to be heard whole. */
export type Echo = Marked & Readonly<{ heard: readonly PlayingItem[] }>

/**
 * Takes the echo of a mark at `atMs`; says which items have now been heard whole. The echo of a mark that was cleared proves
 * nothing, and like any unknown name changes nothing.
 */
export const echoed = (playback: Playback, name: string, atMs: number): Echo => {
  const answered = playback.probe?.name === name ? endProbe(playback, atMs) : playback
  const mark = answered.marks.find((each) => each.name === name)
  const reached = takeHeard(mark ? reach(answered, mark, atMs) : answered)
  return { ...reached, ...probe(reached.playback, atMs) }
}

/**
 * Asks for a round trip where it can be measured: a mark on an empty queue is echoed at once. A few of them, as the first may
 * be slow for reasons of its own.
 */
export const probe = (playback: Playback, atMs: number): Marked => {
  const measured = playback.roundTrips >= ROUND_TRIPS_MEASURED
  if (measured || playback.probe || playback.marks.length > 0 || !isIdle(playback, atMs)) {
    return { playback }
  }
  const name = `m${playback.nextMark}`
  return {
    mark: name,
    playback: { ...playback, probe: { name, sentAtMs: atMs }, nextMark: playback.nextMark + 1 },
  }
}

/** What was heard of one item when the rest was cleared. */
export type CutItem = Readonly<{ item: PlayingItem; heardMs: number }>

export type Cleared = Readonly<{
  playback: Playback
  /** The items that were not heard whole, in order; `heardMs` is 0 for one that was never begun. */
  cut: readonly CutItem[]
  /** Those that were, though no mark has proved it yet. */
  whole: readonly PlayingItem[]
  /** What was heard of the whole line since its start. */
  heardMs: number
  /** What was sent and will not be heard. */
  unheardMs: number
}>

/** Empties the queue at `atMs`, the moment `clear` is sent: Twilio plays on until it arrives. */
export const clear = (playback: Playback, atMs: number): Cleared => {
  const heardMs = heardBy(playback, atMs)
  const cut = playback.items
    .filter((item) => !isWhole(item, heardMs))
    .map((item) => ({ item, heardMs: heardOf(item, heardMs) }))
  return {
    cut,
    whole: playback.items.filter((item) => isWhole(item, heardMs)),
    heardMs,
    unheardMs: playback.sentMs - heardMs,
    playback: {
      ...playback,
      sentMs: heardMs,
      provenMs: heardMs,
      keysToMs: 0,
      markedMs: heardMs,
      items: [],
      // Twilio echoes these all the same; nobody waits for them any more.
      marks: [],
    },
  }
}

/** The session that spoke is gone: no more will come of what is being played, and nobody can truncate it. */
export const orphan = (playback: Playback): Playback => ({
  ...playback,
  items: playback.items.map((item) => ({ ...item, ended: true, isText: true })),
})

/** Notes that sound was sent which is no word of the agent, such as a hold tone. */
export const sentSound = (playback: Playback, ms: number, atMs: number): Marked => {
  const marked = sent(playback, { ...NO_ITEM, sentMs: ms, modelMs: ms }, atMs)
  const { items } = playback
  return { ...marked, playback: { ...marked.playback, items } }
}

/** Notes that tones of keys were sent, which are heard to their end. */
export const sentKeys = (playback: Playback, ms: number, atMs: number): Marked => {
  const marked = sentSound(playback, ms, atMs)
  return { ...marked, playback: { ...marked.playback, keysToMs: marked.playback.sentMs } }
}

/** Whether keys are being pressed, or will be when what is before them was heard. */
export const isPressing = (playback: Playback, atMs: number): boolean =>
  heardBy(playback, atMs) < playback.keysToMs

const NO_ITEM = { responseId: '', itemId: '', contentIndex: 0 }

/** How far the play-out will be when a message sent at `atMs` arrives. Never more than was sent. */
export const heardBy = (playback: Playback, atMs: number): number => {
  const playedMs = atMs + playback.roundTripMs - playback.run.originMs
  return Math.max(playback.provenMs, Math.min(playback.sentMs, playedMs))
}

/** Since when nothing is left to hear, as far as is known: what had been sent then would have followed without a pause. */
export const silentSinceMs = ({ sentMs, run, roundTripMs }: Playback): number =>
  sentMs + run.originMs - roundTripMs

/** Whether something is left to hear, or may be: the last mark is not back yet. */
export const isPlaying = (playback: Playback, atMs: number): boolean =>
  playback.marks.length > 0 || !isIdle(playback, atMs)

const isEarly = ({ sentMs, run }: Playback): boolean => sentMs - run.startMs < EARLY_MS

const isIdle = (playback: Playback, atMs: number): boolean =>
  heardBy(playback, atMs) >= playback.sentMs

const addToItems = (playback: Playback, audio: SentAudio): readonly PlayingItem[] => {
  const { responseId, itemId, contentIndex, sentMs, modelMs } = audio
  const startMs = playback.sentMs
  const last = playback.items.at(-1)
  if (last?.itemId !== itemId || last.contentIndex !== contentIndex) {
    const item = { responseId, itemId, contentIndex, startMs, sentMs, modelMs }
    return [...playback.items, { ...item, beforeMs: 0, ended: false, isText: false }]
  }
  const grown = { ...last, sentMs: last.sentMs + sentMs, modelMs: last.modelMs + modelMs }
  // A model that stalls in the middle of a sentence leaves room for a hold tone.
  const isApart = startMs - endOf(last) >= 1
  return [
    ...playback.items.slice(0, -1),
    isApart ? { ...grown, startMs, beforeMs: last.sentMs } : grown,
  ]
}

/** Where on the line an item ends, as far as it was sent. */
const endOf = ({ startMs, sentMs, beforeMs }: PlayingItem): number => startMs + sentMs - beforeMs

const addMark = (playback: Playback): Marked => {
  const mark = { name: `m${playback.nextMark}`, positionMs: playback.sentMs }
  return {
    mark: mark.name,
    playback: {
      ...playback,
      marks: [...playback.marks, mark],
      markedMs: mark.positionMs,
      nextMark: playback.nextMark + 1,
    },
  }
}

/** The position of a mark was played; the marks before it were, too. */
const reach = (playback: Playback, mark: Mark, atMs: number): Playback => ({
  ...playback,
  run: timedBy(playback.run, mark.positionMs, atMs),
  provenMs: Math.max(playback.provenMs, mark.positionMs),
  marks: playback.marks.slice(playback.marks.indexOf(mark) + 1),
})

const endProbe = (playback: Playback, atMs: number): Playback => {
  const { probe, ...rest } = playback
  if (!probe) return playback
  const tookMs = atMs - probe.sentAtMs
  return {
    ...rest,
    // Audio that followed the first probe was sent before its echo came, as if there were no way to go.
    run: playback.roundTrips === 0 ? delayedBy(playback.run, tookMs) : playback.run,
    roundTripMs: playback.roundTrips === 0 ? tookMs : Math.min(playback.roundTripMs, tookMs),
    roundTrips: playback.roundTrips + 1,
  }
}

const takeHeard = (playback: Playback): Echo => ({
  playback: {
    ...playback,
    items: playback.items.filter((item) => !isWhole(item, playback.provenMs)),
  },
  heard: playback.items.filter((item) => isWhole(item, playback.provenMs)),
})

const isWhole = (item: PlayingItem, heardMs: number): boolean =>
  item.ended && endOf(item) <= heardMs

/** What was heard of an item, in ms of the model's own audio. */
const heardOf = (item: PlayingItem, heardMs: number): number =>
  Math.min(item.beforeMs + Math.max(0, heardMs - item.startMs), item.sentMs, item.modelMs)
