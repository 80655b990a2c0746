/** What the outbox does on every database. */
import { describe, expect, test } from 'vitest'
import type { OutboxEvent } from '../../src/record/record.ts'
import type { Claim } from '../../src/store/outbox.ts'
import type { Sql } from '../../src/store/sql.ts'
import { NOON } from './fixture.ts'
import { event, facts, openRecord, writes } from './record-fixture.ts'

const MINUTE = 60_000

/** Runs the contract against a database; `open` gives an empty one each time. */
export const outboxContract = (name: string, open: () => Promise<Sql>): void => {
  const opened = async (...events: readonly Partial<OutboxEvent>[]) => {
    const record = await openRecord(await open())
    record.write(events.map((each) => writes.event(each)))
    await record.flush()
    return record
  }
  const claim = (changes: Partial<Claim> = {}): Claim => ({
    claim: 'a',
    now: NOON,
    until: NOON + MINUTE,
    limit: 8,
    except: [],
    ...changes,
  })
  const ids = (events: readonly Readonly<{ id: string }>[]) => events.map(({ id }) => id)

  describe(`${name}: the outbox`, () => {
    test('gives an event as it was kept, to one who claims it and to no other', async () => {
      const { outbox } = await opened({})
      expect(await outbox.claim(claim())).toEqual([{ ...event(), attempts: 0, claim: 'a' }])
      expect(await outbox.claim(claim({ claim: 'b', now: NOON + MINUTE - 1 }))).toEqual([])
    })

    test('gives it to another one when the first has let its time pass, and heeds only that one', async () => {
      const { outbox } = await opened({})
      const [first] = await outbox.claim(claim())
      const [second] = await outbox.claim(claim({ claim: 'b', now: NOON + MINUTE }))
      expect(second.id).toBe(first.id)
      await outbox.settle(first, { is: 'dead', problem: 'timeout' })
      expect(await outbox.list({ limit: 9 })).toMatchObject([{ state: 'waiting' }])
      await outbox.settle(second, { is: 'delivered' })
      expect(await outbox.list({ limit: 9 })).toMatchObject([{ state: 'delivered', attempts: 1 }])
    })

    test('gives none twice to several who claim at once', async () => {
      const record = await openRecord(await open())
      record.write(
        Array.from({ length: 40 }, (_, at) => writes.event({ id: `m${at}`, callSid: `CA${at}` })),
      )
      await record.flush()
      const claims = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((by) => record.outbox.claim(claim({ claim: by }))),
      )
      const claimed = claims.flatMap(ids)
      expect(new Set(claimed).size).toBe(claimed.length)
      expect(claimed.length).toBeGreaterThanOrEqual(8)
    })

    test('lets the next event of a call wait until the one before it was taken or given up', async () => {
      const { outbox } = await opened(
        { id: 'm1', seq: 1 },
        { id: 'm2', seq: 2 },
        { id: 'm3', seq: 3 },
        { id: 'other-call', callSid: 'CA2', seq: 9 },
        { id: 'other-server', url: 'https://else.example.com/', seq: 9 },
      )
      const [first, ...others] = await outbox.claim(claim())
      expect(ids([first, ...others]).toSorted()).toEqual(['m1', 'other-call', 'other-server'])
      const m1 = [first, ...others].find(({ id }) => id === 'm1') ?? first
      await outbox.settle(m1, { is: 'failed', problem: 'status-500', nextAt: NOON + 5_000 })
      expect(await outbox.claim(claim({ claim: 'b' }))).toEqual([])
      const [again] = await outbox.claim(claim({ claim: 'c', now: NOON + 5_000 }))
      expect(again).toMatchObject({ id: 'm1', attempts: 1 })
      await outbox.settle(again, { is: 'dead', problem: 'status-500' })
      const [second] = await outbox.claim(claim({ claim: 'd' }))
      expect(second.id).toBe('m2')
      await outbox.settle(second, { is: 'delivered' })
      expect(ids(await outbox.claim(claim({ claim: 'e' })))).toEqual(['m3'])
    })

    test('gives as many as are asked for, and none for servers that are busy', async () => {
      const { outbox } = await opened(
        { id: 'm1', callSid: 'CA1' },
        { id: 'm2', callSid: 'CA2' },
        { id: 'm3', callSid: 'CA3', url: 'https://else.example.com/' },
      )
      const except = ['https://crm.example.com/calls', 'https://busy.example.com/']
      expect(ids(await outbox.claim(claim({ except })))).toEqual(['m3'])
      expect(await outbox.claim(claim({ claim: 'b', limit: 1 }))).toHaveLength(1)
    })

    test('takes no event a second time, nor one that was delivered, of which it keeps no word', async () => {
      const record = await opened({})
      const [claimed] = await record.outbox.claim(claim())
      await record.outbox.settle(claimed, { is: 'delivered' })
      record.write([writes.event()])
      await record.flush()
      expect(await record.outbox.claim(claim({ claim: 'b' }))).toEqual([])
      expect(record.errors).toEqual([])
    })

    test('lists the newest first, all or those of a state', async () => {
      const { outbox } = await opened(
        { id: 'm1', callSid: 'CA1', at: NOON - 2 },
        { id: 'm2', callSid: 'CA2', at: NOON - 1 },
      )
      const [oldest] = await outbox.claim(claim({ limit: 1 }))
      await outbox.settle(oldest, { is: 'dead', problem: 'timeout' })
      expect(ids(await outbox.list({ limit: 9 }))).toEqual(['m2', 'm1'])
      expect(ids(await outbox.list({ limit: 1 }))).toEqual(['m2'])
      const { body: _, seq: __, ...told } = event({ id: 'm1', at: NOON - 2 })
      expect(await outbox.list({ state: 'dead', limit: 9 })).toEqual([
        { ...told, state: 'dead', attempts: 1, problem: 'timeout' },
      ])
    })

    test('sends one again that was given up, with all its attempts, and none that was delivered', async () => {
      const { outbox } = await opened({})
      const [first] = await outbox.claim(claim())
      await outbox.settle(first, { is: 'dead', problem: 'timeout' })
      expect(await outbox.retry('msg_1')).toBe(true)
      const [again] = await outbox.claim(claim({ claim: 'b' }))
      expect(again).toMatchObject({ id: 'msg_1', attempts: 0, body: event().body })
      await outbox.settle(again, { is: 'delivered' })
      expect(await outbox.retry('msg_1')).toBe(false)
      expect(await outbox.retry('msg_9')).toBe(false)
    })

    test('lets go of what is over and old', async () => {
      const { outbox } = await opened({ id: 'm1', callSid: 'CA1' }, { id: 'm2', callSid: 'CA2' })
      const [one] = await outbox.claim(claim({ limit: 1 }))
      await outbox.settle(one, { is: 'delivered' })
      expect(await outbox.prune('delivered', NOON)).toBe(0)
      expect(await outbox.prune('delivered', NOON + 1)).toBe(1)
      expect(await outbox.list({ limit: 9 })).toHaveLength(1)
    })

    test('forgets a person, and what a customer keeps no longer', async () => {
      const record = await opened(
        { id: 'm1', callSid: 'CA1' },
        { id: 'm2', callSid: 'CA2' },
        { id: 'm3', callSid: 'CA3', type: 'message.taken' },
      )
      record.write([writes.call({ callSid: 'CA1', from: '+15550009999' })])
      await record.flush()
      await record.forget('+15550009999')
      expect(ids(await record.outbox.list({ limit: 9 }))).toEqual(['m3', 'm2'])
      await record.deleteBefore('bright-smile', 'transcript', NOON + 1)
      expect(ids(await record.outbox.list({ limit: 9 }))).toEqual(['m2'])
    })

    test('keeps an event with the write it belongs to or not at all', async () => {
      const record = await opened()
      const call = { ...facts({ callSid: 'CA2' }), model: null }
      record.write([
        writes.call({ callSid: 'CA1' }),
        writes.event({ id: 'kept', callSid: 'CA1' }),
        // A database takes no call without a model.
        JSON.parse(JSON.stringify({ type: 'call', call })),
        writes.event({ id: 'refused', callSid: 'CA2' }),
      ])
      await record.flush()
      expect(ids(await record.outbox.list({ limit: 9 }))).toEqual(['kept'])
      expect((await record.list({}, 9)).map(({ callSid }) => callSid)).toEqual(['CA1'])
    })
  })
}
