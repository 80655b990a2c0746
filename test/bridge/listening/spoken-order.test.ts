import { expect, test } from 'vitest'
import {
  begin,
  giveUp,
  type HumanLine,
  release,
  SILENCE,
  type Speaker,
  type SpokenOrder,
  write,
} from '../../../src/bridge/listening/spoken-order.ts'

const turn = (speaker: Speaker, itemId: string, atMs: number) => ({
  speaker,
  itemId,
  atMs,
  sinceMs: atMs,
})

const line = (speaker: Speaker, itemId: string, atMs: number, text = itemId): HumanLine => ({
  itemId,
  speaker,
  text,
  final: true,
  atMs,
})

const told = (order: SpokenOrder, nowMs: number, all = false) =>
  release(order, nowMs, all)[1].map(({ text }) => text)

const QUESTION = turn('human', 'question', 1_000)
const ANSWER = turn('caller', 'answer', 3_000)

test('an answer waits for the question that was asked before it', () => {
  const asked = write(
    begin(begin(SILENCE, QUESTION), ANSWER),
    line('caller', 'answer', 3_000),
    3_900,
  )
  expect(told(asked, 4_000)).toEqual([])
  expect(told(write(asked, line('human', 'question', 1_000), 4_100), 4_100))
    .toEqual(['question', 'answer'])
})

test('a question does not wait for its answer', () => {
  const asked = write(
    begin(begin(SILENCE, QUESTION), ANSWER),
    line('human', 'question', 1_000),
    3_100,
  )
  expect(told(asked, 3_100)).toEqual(['question'])
})

test('nobody waits for more than five seconds, and what was before goes first', () => {
  const third = turn('human', 'third', 500)
  const begun = begin(begin(begin(SILENCE, third), QUESTION), ANSWER)
  const answered = write(begun, line('caller', 'answer', 3_000), 4_000)
  const both = write(answered, line('human', 'question', 1_000), 8_500)
  expect(told(both, 8_999)).toEqual([])
  expect(told(both, 9_000)).toEqual(['question', 'answer'])
})

test('a turn without words is not waited for', () => {
  const asked = write(begin(SILENCE, QUESTION), line('caller', 'answer', 3_000), 3_900)
  expect(told(write(asked, line('human', 'question', 1_000, ' '), 4_000), 4_000))
    .toEqual(['answer'])
  expect(told(giveUp(asked, 'human'), 4_000)).toEqual(['answer'])
  expect(told(giveUp(asked, 'caller'), 4_000)).toEqual([])
})

test('two speakers whose servers give the same names are not mixed up', () => {
  const begun = begin(
    begin(SILENCE, turn('human', 'item_1', 1_000)),
    turn('caller', 'item_1', 3_000),
  )
  const answered = write(begun, line('caller', 'item_1', 3_000, 'answer'), 3_900)
  expect(told(answered, 4_000)).toEqual([])
})

test('a turn of which nothing comes is forgotten after a minute', () => {
  const order = begin(SILENCE, QUESTION)
  const late = write(order, line('caller', 'answer', 60_000), 61_500)
  expect(told(write(order, line('caller', 'answer', 3_000), 3_900), 4_000)).toEqual([])
  expect(told(late, 61_500)).toEqual(['answer'])
})

test('at the end everything is told', () => {
  const order = write(begin(SILENCE, QUESTION), line('caller', 'answer', 3_000), 3_900)
  expect(told(order, 4_000, true)).toEqual(['answer'])
})
