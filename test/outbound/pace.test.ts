import { expect, test } from 'vitest'
import { createPace, MOST_WAITING } from '../../src/outbound/pace.ts'
import { createTurns } from '../../src/outbound/turns.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const createQueue = (
  {
    perSecond = 1,
    clock = createFakeClock(),
    turns = createTurns({ clock, perSecond: () => 100 }),
  } = {},
) => {
  const happened: string[] = []
  let hasRoom = true
  let rate = perSecond
  const pace = createPace({ clock, turns, perSecond: () => rate, hasRoom: () => hasRoom })
  const add = (name: string, withinMs = 3_600_000) =>
    pace.add({
      start: () => void happened.push(`${clock.nowMs()} ${name}`),
      expired: () => void happened.push(`${clock.nowMs()} ${name} expired`),
      withinMs,
    })
  return {
    clock,
    pace,
    happened,
    add,
    room: (is: boolean) => void (hasRoom = is),
    speed: (to: number) => void (rate = to),
  }
}

test('calls begin one a second, the first at once, in the order they came', () => {
  const { clock, add, happened } = createQueue()
  for (const name of ['a', 'b', 'c']) add(name)
  clock.advance(5_000)
  expect(happened).toEqual(['0 a', '1000 b', '2000 c'])
})

test('a call that comes late is not made up for, and one that comes soon waits its turn', () => {
  const { clock, add, happened } = createQueue({ perSecond: 4 })
  add('a')
  clock.advance(100)
  add('b')
  clock.advance(9_900)
  add('c')
  add('d')
  clock.advance(1_000)
  expect(happened).toEqual(['0 a', '250 b', '10000 c', '10250 d'])
})

test('the speed of the configuration holds from the next call on', () => {
  const { clock, add, happened, speed } = createQueue()
  for (const name of ['a', 'b', 'c', 'd']) add(name)
  clock.advance(500)
  speed(10)
  clock.advance(2_000)
  expect(happened).toEqual(['0 a', '1000 b', '1100 c', '1200 d'])
})

test('a call waits for room, and is looked after once a second', () => {
  const { clock, add, happened, room } = createQueue()
  room(false)
  add('a')
  clock.advance(2_500)
  room(true)
  clock.advance(1_000)
  expect(happened).toEqual(['3000 a'])
})

test('a call that has waited too long is not made any more', () => {
  const { clock, add, happened } = createQueue()
  add('a')
  add('b', 900)
  add('c')
  clock.advance(5_000)
  expect(happened).toEqual(['0 a', '900 b expired', '1000 c'])
})

test('a call that is taken out is neither made nor expires', () => {
  const { clock, add, happened } = createQueue()
  add('a')
  const takeOut = add('b', 5_000)
  add('c')
  takeOut?.()
  clock.advance(10_000)
  expect(happened).toEqual(['0 a', '1000 c'])
})

test('no more than 500 calls wait, and nothing is left of them', () => {
  const { clock, pace, add, happened } = createQueue({ perSecond: 100 })
  for (let at = 0; at < MOST_WAITING; at++) expect(add(`${at}`)).toBeDefined()
  expect(add('one too many')).toBeUndefined()
  clock.advance(10_000)
  expect(happened).toHaveLength(500)
  expect(pace.waiting()).toBe(0)
  expect(clock.waiting()).toBe(0)
})

test('two customers share the turns of their account, whichever has more calls', () => {
  const clock = createFakeClock()
  const turns = createTurns({ clock, perSecond: () => 2 })
  const many = createQueue({ perSecond: 50, clock, turns })
  const few = createQueue({ perSecond: 50, clock, turns })
  for (const name of ['a', 'b', 'c', 'd']) many.add(name)
  for (const name of ['x', 'y']) few.add(name)
  for (let ms = 0; ms < 10_000; ms += 100) clock.advance(100)
  expect(many.happened).toEqual(['0 a', '1000 b', '2000 c', '2500 d'])
  expect(few.happened).toEqual(['500 x', '1500 y'])
  expect(clock.waiting()).toBe(0)
})

test('a customer without room takes no turn from the others', () => {
  const clock = createFakeClock()
  const turns = createTurns({ clock, perSecond: () => 1 })
  const full = createQueue({ perSecond: 50, clock, turns })
  const other = createQueue({ perSecond: 50, clock, turns })
  full.room(false)
  full.add('a')
  for (const name of ['x', 'y']) other.add(name)
  for (let ms = 0; ms < 3_000; ms += 100) clock.advance(100)
  expect(other.happened).toEqual(['0 x', '1000 y'])
})

test('a call that is taken out while it waits for a turn leaves nothing behind', () => {
  const clock = createFakeClock()
  const turns = createTurns({ clock, perSecond: () => 1 })
  const { add, happened } = createQueue({ perSecond: 50, clock, turns })
  add('a')
  clock.advance(100)
  const takeOut = add('b')
  clock.advance(100)
  takeOut?.()
  clock.advance(5_000)
  expect(happened).toEqual(['0 a'])
  expect(clock.waiting()).toBe(0)
})
