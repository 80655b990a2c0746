import { expect, it } from 'vitest'
import type { ModelHears } from '../../src/bridge/call-sound.ts'
import { type CallState, startCall } from '../../src/call/state.ts'
import type { CallEvent, Happening } from '../../src/call/events.ts'
import {
  forgetDecided,
  giveUpAll,
  modelHears,
  NOTHING_HEARD,
  played,
  take,
  type Withheld,
  type WithheldRules,
} from '../../src/record/withheld.ts'
import { RULES as PLAIN_RULES } from '../call/rules.ts'

/** Takes out 4242, and of what goes on also its first half. */
const RULES: WithheldRules = {
  isKept: (text, isPartial) => !text.includes('4242') && !(isPartial && text.endsWith('42')),
  leadMs: 2_000,
}
/** A call in which one answer was stopped. */
const STATE: CallState = {
  ...startCall(PLAIN_RULES, 0),
  refused: [{ responseId: 'stopped', truncated: [] }],
}
const at = (atMs: number, happening: Happening): CallEvent => ({ ...happening, atMs })
const after = (withheld: Withheld, ...events: readonly CallEvent[]): Withheld =>
  events.reduce((before, event) => take(before, event, STATE, RULES), withheld)
const hears = (withheld: Withheld, atMs: number, how: ModelHears) =>
  modelHears(withheld, how, atMs, RULES)
const spansOf = ({ spans }: Withheld) =>
  spans.map(({ channel, name, fromMs, toMs, fate }) => [
    channel === 0 ? 'caller' : 'agent',
    name,
    fromMs,
    toMs,
    fate,
  ])

/** A call whose model hears the caller since long ago. */
const LIVE = after(
  hears(NOTHING_HEARD, 0, { is: 'live', waitedMs: Infinity }),
  at(3_000, { type: 'tick' }),
)

const ago = (agoMs: number | undefined) => agoMs === undefined ? {} : { agoMs }
const started = (atMs: number, itemId: string, agoMs?: number) =>
  at(atMs, { type: 'caller-started-speaking', itemId, ...ago(agoMs) })
const stopped = (atMs: number, itemId: string, agoMs?: number) =>
  at(atMs, { type: 'caller-stopped-speaking', itemId, ...ago(agoMs) })
const ended = (atMs: number, itemId: string) => at(atMs, { type: 'caller-turn-ended', itemId })
const words = (atMs: number, itemId: string, text: string, final = true) =>
  at(atMs, { type: 'caller-words', itemId, text, final })
const agentWords = (atMs: number, itemId: string, text: string, final = true) => ({
  type: 'agent-words' as const,
  ...{ responseId: 'r1', itemId, contentIndex: 0, text, final, atMs },
})

it('nothing is kept back while nobody speaks', () => {
  expect(spansOf(LIVE)).toEqual([])
})

it('a turn of the caller is kept back from well before it was noticed, and goes on until it ends', () => {
  const speaking = after(LIVE, started(10_000, 'i1'))
  expect(spansOf(speaking)).toEqual([['caller', 'i1', 8_000, Infinity, 'open']])
  const silent = after(speaking, stopped(12_000, 'i1'), ended(12_000, 'i1'))
  expect(spansOf(silent)).toEqual([['caller', 'i1', 8_000, 12_300, 'open']])
})

it('a turn lies where the server says that it was, however late that is told', () => {
  const speaking = after(LIVE, started(10_000, 'i1', 5_000))
  expect(spansOf(speaking)).toEqual([['caller', 'i1', 4_700, Infinity, 'open']])
  const silent = after(speaking, stopped(12_000, 'i1', 4_000), ended(12_100, 'i1'))
  expect(spansOf(silent)).toEqual([['caller', 'i1', 4_700, 8_300, 'open']])
  expect(spansOf(after(silent, ended(20_000, 'i2'))).at(-1))
    .toEqual(['caller', 'i2', 8_300, 20_300, 'open'])
})

it('a turn is heard when all its words are known and stay as they are', () => {
  const silent = after(LIVE, started(10_000, 'i1'), stopped(12_000, 'i1'))
  const some = after(silent, words(13_000, 'i1', 'Yes,', false))
  expect(spansOf(some)).toEqual(spansOf(silent))
  expect(spansOf(after(some, words(13_100, 'i1', 'Yes, please.'))))
    .toEqual([['caller', 'i1', 8_300, 12_000, 'kept']])
})

it('a turn whose words come before its end is heard no further than they came', () => {
  const told = after(LIVE, started(10_000, 'i1'), words(11_000, 'i1', 'Yes, please.'))
  expect(spansOf(told)).toEqual([['caller', 'i1', 8_300, 11_000, 'kept']])
  expect(spansOf(after(told, stopped(15_000, 'i1')))).toEqual(spansOf(told))
})

it('a turn of which something is taken out is muted, also when its words come before its end', () => {
  const told = after(LIVE, started(10_000, 'i1'), words(11_000, 'i1', 'It is 4242.'))
  expect(spansOf(told)).toEqual([['caller', 'i1', 8_000, Infinity, 'muted']])
  const silent = after(told, stopped(12_000, 'i1'))
  expect(spansOf(silent)).toEqual([['caller', 'i1', 8_000, 12_300, 'muted']])
})

it('words that come out of order go to their turns', () => {
  const both = after(LIVE, started(10_000, 'i1'), stopped(12_000, 'i1'), started(20_000, 'i2'))
  expect(spansOf(after(both, stopped(21_000, 'i2'), words(22_000, 'i2', 'It is 4242.')))).toEqual([
    ['caller', 'i1', 8_000, 12_300, 'open'],
    ['caller', 'i2', 18_000, 21_300, 'muted'],
  ])
})

it('a turn that nobody could put into words is muted', () => {
  const silent = after(LIVE, started(10_000, 'i1'), stopped(12_000, 'i1'), words(13_000, 'i1', ' '))
  expect(spansOf(silent)).toEqual([['caller', 'i1', 8_000, 12_300, 'muted']])
})

it('what was taken out once stays out, whatever is said of the line later', () => {
  const told = after(
    LIVE,
    started(10_000, 'i1'),
    stopped(12_000, 'i1'),
    words(13_000, 'i1', '4242'),
  )
  expect(spansOf(after(told, words(14_000, 'i1', 'Yes.')))).toEqual(spansOf(told))
})

it('a turn whose beginning nobody told of begins where the last one ended', () => {
  const first = after(
    LIVE,
    started(10_000, 'i1'),
    stopped(12_000, 'i1'),
    words(13_000, 'i1', 'Yes.'),
  )
  const second = (...events: readonly CallEvent[]) => spansOf(after(first, ...events)).slice(1)
  expect(second(ended(20_000, 'i2'))).toEqual([['caller', 'i2', 12_300, 20_300, 'open']])
  expect(second(stopped(20_000, 'i2'), ended(20_100, 'i2')))
    .toEqual([['caller', 'i2', 12_300, 20_300, 'open']])
  expect(second(words(20_000, 'i2', '4242')))
    .toEqual([['caller', 'i2', 12_300, 20_300, 'muted']])
})

it('a line of the agent is kept back as it is heard, and is heard when its words stay as they are', () => {
  const heard = played(played(LIVE, 'a1/0', 10_000, 10_020), 'a1/0', 10_020, 10_040)
  expect(spansOf(heard)).toEqual([['agent', 'a1/0', 10_000, 10_040, 'open']])
  expect(spansOf(after(heard, agentWords(10_050, 'a1', 'Yes', false)))).toEqual(spansOf(heard))
  const known = after(heard, agentWords(10_100, 'a1', 'Yes.'))
  expect(spansOf(known)).toEqual([['agent', 'a1/0', 10_000, 10_040, 'kept']])
  expect(spansOf(played(known, 'a1/0', 10_040, 10_060))).toEqual(spansOf(known))
})

it('a line of the agent whose words came before its sound is muted from its first sample to its last', () => {
  const known = after(LIVE, agentWords(9_000, 'a1', 'It is 4242.'))
  const heard = played(played(known, 'a1/0', 10_000, 10_020), 'a1/0', 10_020, 10_040)
  expect(spansOf(heard)).toEqual([['agent', 'a1/0', 10_000, 10_040, 'muted']])
  expect(spansOf(played(heard, 'a2/0', 11_000, 11_020)).at(-1)).toEqual(
    ['agent', 'a2/0', 11_000, 11_020, 'open'],
  )
})

it('an answer that was stopped in the middle of what would be taken out is muted', () => {
  const said = (responseId: string) => {
    const heard = played(LIVE, 'a1/0', 10_000, 10_020)
    const event = agentWords(10_050, 'a1', 'It is 42')
    return spansOf(after(heard, { ...event, responseId }))
  }
  expect(said('r1')).toEqual([['agent', 'a1/0', 10_000, 10_020, 'kept']])
  expect(said('stopped')).toEqual([['agent', 'a1/0', 10_000, 10_020, 'muted']])
})

it('what is decided and written is forgotten, and what is open is not', () => {
  const both = after(
    LIVE,
    started(10_000, 'i1'),
    stopped(12_000, 'i1'),
    started(20_000, 'i2'),
    words(21_000, 'i1', '4242'),
  )
  const three = played(after(both, agentWords(22_000, 'a1', 'Yes.')), 'a2/0', 12_000, 12_020)
  const known = after(three, agentWords(22_000, 'a2', 'Yes.'))
  expect(spansOf(known).map(([, name]) => name)).toEqual(['i1', 'i2', 'a2/0'])
  expect(spansOf(forgetDecided(known, 12_019))).toEqual(spansOf(known))
  expect(spansOf(forgetDecided(known, 12_299)).map(([, name]) => name)).toEqual(['i1', 'i2'])
  expect(spansOf(forgetDecided(known, 99_999)))
    .toEqual([['caller', 'i2', 18_000, Infinity, 'open']])
})

it('a turn that may be heard is remembered where a model that is behind has not heard yet what else was said', () => {
  const first = after(
    LIVE,
    started(10_000, 'i1', 0),
    stopped(12_000, 'i1', 0),
    words(12_500, 'i1', 'Yes.'),
  )
  const behind = hears(first, 13_000, { is: 'behind' })
  expect(spansOf(forgetDecided(behind, 99_000))).toEqual([
    ['caller', 'i1', 10_000, 12_000, 'kept'],
    ['caller', '(unheard)', 11_000, Infinity, 'open'],
  ])
  const live = after(
    hears(behind, 14_000, { is: 'live', waitedMs: 1_000 }),
    at(17_000, { type: 'tick' }),
  )
  expect(spansOf(live)).toEqual([['caller', 'i1', 10_000, 12_000, 'kept']])
  expect(spansOf(forgetDecided(live, 99_000))).toEqual([])
})

it('what has no words when the call ends is muted', () => {
  const open = played(after(LIVE, started(10_000, 'i1')), 'a1/0', 10_000, 10_020)
  expect(spansOf(giveUpAll(open))).toEqual([
    ['caller', 'i1', 8_000, Infinity, 'muted'],
    ['agent', 'a1/0', 10_000, 10_020, 'muted'],
  ])
})

it('what the caller says before the model hears them is kept back until it could have told of a turn', () => {
  expect(spansOf(NOTHING_HEARD)).toEqual([['caller', '(unheard)', -Infinity, Infinity, 'open']])
  const ready = hears({ ...NOTHING_HEARD }, 4_000, { is: 'live', waitedMs: Infinity })
  expect(spansOf(ready)).toEqual([['caller', '(unheard)', -Infinity, 4_000, 'open']])
  expect(spansOf(after(ready, at(6_999, { type: 'tick' })))).toEqual(spansOf(ready))
  expect(spansOf(after(ready, at(7_000, { type: 'tick' })))).toEqual([])
})

it('a turn that is told of when the model has just come may have begun while it was away', () => {
  const ready = hears(NOTHING_HEARD, 4_000, { is: 'live', waitedMs: Infinity })
  const told = after(ready, started(4_500, 'i1'), at(7_000, { type: 'tick' }))
  expect(spansOf(told)).toEqual([['caller', 'i1', -Infinity, Infinity, 'open']])
})

it('a session that breaks leaves turns and lines that get no words any more, and what is said until the next one waits', () => {
  const before = played(after(LIVE, started(10_000, 'i1')), 'a1/0', 9_000, 9_020)
  const away = hears(before, 11_000, { is: 'away' })
  expect(spansOf(away)).toEqual([
    ['caller', 'i1', 8_000, 11_300, 'muted'],
    ['agent', 'a1/0', 9_000, 9_020, 'muted'],
    ['caller', '(unheard)', 9_000, Infinity, 'open'],
  ])
  const back = after(hears(away, 30_000, { is: 'live', waitedMs: 10_000 }), started(30_200, 'i2'))
  expect(spansOf(back).slice(2)).toEqual([
    ['caller', '(unheard)', 9_000, 30_000, 'open'],
    ['caller', '(lost)', 11_000, 20_000, 'muted'],
    ['caller', 'i2', 9_000, Infinity, 'open'],
  ])
})

it('what is too much for a model that is behind is muted, because nobody puts it into words', () => {
  const behind = hears(LIVE, 20_000, { is: 'behind' })
  expect(spansOf(behind)).toEqual([['caller', '(unheard)', 18_000, Infinity, 'open']])
  const live = after(
    hears(behind, 25_000, { is: 'live', waitedMs: 2_000 }),
    at(29_000, { type: 'tick' }),
  )
  expect(spansOf(live)).toEqual([['caller', '(lost)', 20_000, 23_000, 'muted']])
})

it('of two turns of one name the words are the later one’s, and the earlier one has none', () => {
  const both = after(LIVE, started(10_000, 'i1'), stopped(12_000, 'i1'), started(20_000, 'i1'))
  expect(spansOf(after(both, stopped(21_000, 'i1'), words(22_000, 'i1', 'Yes.')))).toEqual([
    ['caller', 'i1', 8_000, 12_300, 'open'],
    ['caller', 'i1', 18_300, 21_000, 'kept'],
  ])
})
