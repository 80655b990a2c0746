/** What the queue of calls that are to be placed does on every database. */
import { describe, expect, test } from 'vitest'
import type { KeptOrder } from '../../src/store/outbound-queue.ts'
import type { Sql } from '../../src/store/sql.ts'
import { NOON } from './fixture.ts'
import { openRecord } from './record-fixture.ts'

const MINUTE = 60_000

const order = (changes: Partial<KeptOrder> = {}): KeptOrder => ({
  id: 'out-1',
  customer: 'reminders',
  to: '+351213456789',
  askedAt: NOON,
  expiresAt: NOON + 5 * MINUTE,
  body: '{"line":"+15005550006"}',
  ...changes,
})

/** Runs the contract against a database; `open` gives an empty one each time. */
export const outboundQueueContract = (name: string, open: () => Promise<Sql>): void => {
  const opened = async (...orders: readonly Partial<KeptOrder>[]) => {
    const record = await openRecord(await open())
    const { outboundQueue: queue } = record
    for (const each of orders) await queue.keep(order(each), holder('a'))
    return { record, queue }
  }
  const holder = (owner: string, until = NOON + MINUTE) => ({ owner, until })
  const ids = (orders: readonly Readonly<{ id: string }>[]) => orders.map(({ id }) => id)

  describe(`${name}: the calls that are to be placed`, () => {
    test('are taken over as they were kept, once nobody holds them', async () => {
      const { queue } = await opened({})
      expect(await queue.takeOver(holder('b'), NOON + MINUTE - 1, 9)).toEqual([])
      expect(await queue.takeOver(holder('b', NOON + 2 * MINUTE), NOON + MINUTE, 9))
        .toEqual([{ ...order(), state: 'waiting' }])
      expect(await queue.takeOver(holder('c'), NOON + MINUTE, 9)).toEqual([])
    })

    test('are held as long as their owner says so', async () => {
      const { queue } = await opened({})
      expect(await queue.takeOver(holder('a', NOON + 3 * MINUTE), NOON + MINUTE, 9)).toEqual([])
      expect(await queue.takeOver(holder('b'), NOON + 2 * MINUTE, 9)).toEqual([])
    })

    test('are dialled by the one that holds them, once', async () => {
      const { queue } = await opened({})
      await queue.takeOver(holder('b', NOON + 2 * MINUTE), NOON + MINUTE, 9)
      expect(await queue.begin('out-1', 'a')).toBe(false)
      expect(await queue.begin('out-1', 'b')).toBe(true)
      expect(await queue.begin('out-1', 'b')).toBe(false)
    })

    test('tell whoever takes one over that it was about to be dialled', async () => {
      const { queue } = await opened({ id: 'out-1' }, { id: 'out-2' })
      await queue.begin('out-1', 'a')
      const taken = await queue.takeOver(holder('b', NOON + 2 * MINUTE), NOON + MINUTE, 9)
      expect(taken.map(({ id, state }) => `${id} ${state}`))
        .toEqual(['out-1 placing', 'out-2 waiting'])
      expect(await queue.begin('out-1', 'b')).toBe(false)
    })

    test('are taken by name from the one that holds them where Twilio speaks of one', async () => {
      const { queue } = await opened({ id: 'out-1' }, { id: 'out-2' })
      await queue.begin('out-1', 'a')
      expect(await queue.adopt('out-1', holder('b'))).toMatchObject({
        id: 'out-1',
        state: 'placing',
      })
      expect(await queue.adopt('out-2', holder('b'))).toBeUndefined()
      expect(await queue.adopt('out-3', holder('b'))).toBeUndefined()
    })

    test('that are over are forgotten, and not taken over', async () => {
      const { queue } = await opened({})
      await queue.end('out-1')
      await queue.end('out-1')
      expect(await queue.takeOver(holder('b'), NOON + MINUTE, 9)).toEqual([])
      expect(await queue.begin('out-1', 'a')).toBe(false)
    })

    test('that a process lets go of are there for others at once, but not what it has dialled', async () => {
      const { queue } = await opened({ id: 'out-1' }, { id: 'out-2' })
      await queue.begin('out-1', 'a')
      await queue.release('a')
      expect(ids(await queue.takeOver(holder('b'), NOON, 9))).toEqual(['out-2'])
    })

    test('are taken over by one of several that ask at once, the oldest first', async () => {
      const { queue } = await opened(
        ...Array.from({ length: 20 }, (_, at) => ({ id: `out-${at}`, askedAt: NOON - at })),
      )
      const later = NOON + MINUTE
      const taken = await Promise.all(
        ['b', 'c', 'd'].map((owner) => queue.takeOver(holder(owner, later + MINUTE), later, 4)),
      )
      const all = taken.flatMap(ids)
      expect(new Set(all).size).toBe(all.length)
      expect(all).toContain('out-19')
    })

    test('are forgotten with the person who was to be called', async () => {
      const { record, queue } = await opened({ id: 'out-1' }, { id: 'out-2', to: '+351210000000' })
      await record.forget('+351213456789')
      expect(await queue.begin('out-1', 'a')).toBe(false)
      expect(await queue.begin('out-2', 'a')).toBe(true)
    })
  })
}
