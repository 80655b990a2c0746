/** What the record does on every database. */
import { describe, expect, test } from 'vitest'
import { type Sql, sql } from '../../src/store/sql.ts'
import {
  migrateRecord,
  RECORD_MIGRATIONS,
  recordVersion,
  standingOf,
} from '../../src/store/record-migrations.ts'
import { NOON } from './fixture.ts'
import type { RecordWrite } from '../../src/record/record.ts'
import { facts, line, openRecord, part, sharedRecord, writes } from './record-fixture.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const VERSIONS = [1, 2, 3, 4, 5]

/** Runs the contract against a database; `open` gives an empty one each time. */
export const recordContract = (name: string, open: () => Promise<Sql>): void => {
  const opened = async () => openRecord(await open())

  describe(`${name}: calls`, () => {
    test('a call is given as it was kept, with what was counted', async () => {
      const record = await opened()
      const tokens = {
        textIn: 1,
        textCached: 2,
        textOut: 3,
        audioIn: 4,
        audioCached: 5,
        audioOut: 6,
      }
      const kept = facts({ endedAt: NOON + 60_000, endReason: 'caller-hung-up', cause: 'x' })
      const counted = part({
        firstAudioMs: 310.5,
        turns: 3,
        latencySumMs: 1_500.5,
        latencyMaxMs: 900,
        bargeIns: 1,
        errors: 2,
        tokens,
        costNano: 12_345_678_901,
      })
      record.write([{ type: 'call', call: kept }, { type: 'part', part: counted }])
      await record.flush()
      const { firstAudioMs, turns, latencySumMs, latencyMaxMs, bargeIns, errors, costNano } =
        counted
      expect(await record.list({}, 10)).toEqual([{
        ...kept,
        firstAudioMs,
        turns,
        latencySumMs,
        latencyMaxMs,
        bargeIns,
        errors,
        tokens,
        costNano,
        tags: [],
      }])
    })

    test('what whoever asked for a call wants kept with it stays, whoever takes the call up', async () => {
      const record = await opened()
      const metadata = { ticket: '17', 'née': '"x"' }
      record.write([writes.call({ metadata, revision: 1 }), writes.call({ revision: 2, epoch: 2 })])
      await record.flush()
      expect(await record.list({}, 10)).toMatchObject([{ metadata, epoch: 2 }])
    })

    test('tags are given and taken away, and those of another call are not touched', async () => {
      const record = await opened()
      const tag = (callSid: string, add: readonly string[], remove: readonly string[] = []) =>
        record.tag(callSid, { add, remove, most: 3 })
      record.write([writes.call(), writes.call({ callSid: 'CA2' })])
      expect(await tag('CA1', ['vip', 'call back'])).toEqual({
        is: 'tagged',
        tags: ['call back', 'vip'],
      })
      expect(await tag('CA1', ['vip', 'é'], ['call back', 'never there']))
        .toEqual({ is: 'tagged', tags: ['vip', 'é'] })
      expect(await tag('CA1', ['3', '4'])).toEqual({ is: 'too-many' })
      expect(await tag('CA9', ['vip'])).toEqual({ is: 'no-such-call' })
      expect((await record.call('CA1'))?.call.tags).toEqual(['vip', 'é'])
      expect(await record.tagsOf('CA1')).toEqual(['vip', 'é'])
      expect(await record.tagsOf('CA2')).toEqual([])
      const tagged = await record.list({ tag: 'vip' }, 10)
      expect(tagged.map(({ callSid, tags }) => [callSid, tags])).toEqual([['CA1', ['vip', 'é']]])
      expect(await record.list({ tag: 'call back' }, 10)).toEqual([])
    })

    test('those with a tag are given newest first, page by page, and with what else is asked', async () => {
      const record = await opened()
      for (const at of [3, 1, 2, 0]) {
        record.write([writes.call({
          callSid: `CA${at}`,
          startedAt: NOON + at,
          customer: at === 2 ? 'casa' : 'bright-smile',
        })])
        if (at > 0) await record.tag(`CA${at}`, { add: ['vip'], remove: [], most: 1 })
      }
      const asked = async (...[filter, limit, after]: Parameters<typeof record.list>) =>
        (await record.list({ tag: 'vip', ...filter }, limit, after)).map(({ callSid }) => callSid)
      expect(await asked({}, 2)).toEqual(['CA3', 'CA2'])
      expect(await asked({}, 2, { startedAt: NOON + 2, callSid: 'CA2' })).toEqual(['CA1'])
      expect(await asked({ customer: 'bright-smile' }, 9)).toEqual(['CA3', 'CA1'])
      expect(await asked({ since: NOON + 2, until: NOON + 3 }, 9)).toEqual(['CA2'])
      expect(await asked({ isLive: true, number: '+15550001111' }, 9)).toHaveLength(3)
    })

    test('a tag is as it was told last, also when a journal comes late', async () => {
      const record = await opened()
      const told = (isSet: boolean, at: number): RecordWrite => ({
        type: 'tag',
        tag: { callSid: 'CA1', startedAt: NOON, tag: 'vip', isSet, at },
      })
      record.write([
        writes.call(),
        told(true, NOON - 2),
        told(false, NOON - 1),
        told(true, NOON - 2),
      ])
      await record.flush()
      expect(await record.tagsOf('CA1')).toEqual([])
    })

    test('what two processes counted of one call is added up', async () => {
      const record = await opened()
      record.write([
        writes.call(),
        writes.part({ part: 1, turns: 2, latencyMaxMs: 700, costNano: 10, firstAudioMs: 300 }),
        writes.part({ part: 2, turns: 1, latencyMaxMs: 400, costNano: 5 }),
      ])
      await record.flush()
      expect(await record.list({}, 10)).toMatchObject([
        { turns: 3, latencyMaxMs: 700, costNano: 15, firstAudioMs: 300 },
      ])
    })

    test('an older revision never replaces a newer one, and a repetition changes nothing', async () => {
      const record = await opened()
      const newer = [
        writes.call({ revision: 5, endReason: 'caller-hung-up', endedAt: NOON + 9 }),
        writes.part({ revision: 5, turns: 5 }),
        writes.line({ revision: 5, text: 'newer' }),
      ]
      record.write(newer)
      record.write([
        writes.call({ revision: 4 }),
        writes.part({ revision: 4, turns: 4 }),
        writes.line({ revision: 4, text: 'older' }),
      ])
      record.write(newer)
      await record.flush()
      const whole = await record.call('CA1')
      expect(whole?.call).toMatchObject({ endReason: 'caller-hung-up', turns: 5 })
      expect(whole?.lines.map(({ text }) => text)).toEqual(['newer'])
    })

    test('a call that was taken up began when it began', async () => {
      const record = await opened()
      record.write([
        writes.call({ revision: 1, startedAt: NOON }),
        writes.call({ revision: 2, startedAt: NOON + HOUR, owner: 'machine-b', epoch: 2 }),
      ])
      await record.flush()
      expect(await record.list({}, 10)).toMatchObject([
        { startedAt: NOON, owner: 'machine-b', epoch: 2 },
      ])
    })

    test('the newest are given first, page by page, none twice and none left out', async () => {
      const record = await opened()
      // Two of each moment, so that a page ends between calls of one moment.
      record.write(
        Array.from(
          { length: 11 },
          (_, at) => writes.call({ callSid: `CA${at}`, startedAt: NOON + Math.floor(at / 2) }),
        ),
      )
      await record.flush()
      const seen: string[] = []
      let page = await record.list({}, 3)
      while (page.length > 0) {
        seen.push(...page.map(({ callSid }) => callSid))
        page = await record.list({}, 3, page.at(-1))
      }
      expect(seen).toEqual([
        'CA10',
        'CA9',
        'CA8',
        'CA7',
        'CA6',
        'CA5',
        'CA4',
        'CA3',
        'CA2',
        'CA1',
        'CA0',
      ])
    })

    const three = sharedRecord(open, [
      writes.call({ callSid: 'CA1' }),
      writes.call({
        callSid: 'CA2',
        from: '+15550002222',
        startedAt: NOON + 1,
        endedAt: NOON + 5,
        endReason: 'max-duration',
      }),
      writes.call({ callSid: 'CA3', customer: 'casa', startedAt: NOON + 2 }),
    ])

    test.each([
      [{ customer: 'casa' }, ['CA3']],
      [{ number: '+15550002222' }, ['CA2']],
      [{ number: '+15005550006' }, ['CA3', 'CA2', 'CA1']],
      [{ endReason: 'max-duration' }, ['CA2']],
      [{ since: NOON + 1, until: NOON + 2 }, ['CA2']],
      [{ isLive: true }, ['CA3', 'CA1']],
      [{ isLive: false }, ['CA2']],
      [{ customer: 'casa', isLive: false }, []],
    ])('those that are wanted: %j', async (filter, expected) => {
      const found = await (await three()).list(filter, 10)
      expect(found.map(({ callSid }) => callSid)).toEqual(expected)
    })

    test('a call nobody has heard of is not there', async () => {
      const record = await opened()
      expect(await record.call('CA9')).toBeUndefined()
      expect(await record.list({}, 10)).toEqual([])
    })

    test('all that was kept of a call is given, and nothing of another', async () => {
      const record = await opened()
      const tool = {
        given: '{"day":"2026-05-04"}',
        result: '{"ok":true}',
        failed: false,
      }
      const booked = line({ itemId: 'call_1', kind: 'tool', text: 'book_table', tool })
      const cut = line({
        itemId: 'item_2',
        kind: 'agent',
        heardMs: 812.5,
        previousItemId: 'item_1',
      })
      record.write([
        writes.call(),
        writes.call({ callSid: 'CA2' }),
        { type: 'line', line: cut },
        { type: 'line', line: booked },
        writes.line({ callSid: 'CA2' }),
        {
          type: 'moment',
          moment: { callSid: 'CA1', part: 1, seq: 1, at: NOON, kind: 'barged-in', data: { x: 1 } },
        },
        {
          type: 'message',
          message: { id: 'm1', callSid: 'CA1', customer: 'c', at: NOON, for: 'Ana', text: 'Call.' },
        },
        {
          type: 'version',
          version: { version: 'v', customer: 'c', firstSeenAt: NOON, body: '{}' },
        },
      ])
      await record.flush()
      const whole = await record.call('CA1')
      expect(whole?.lines).toEqual([cut, booked])
      expect(whole?.moments).toMatchObject([{ kind: 'barged-in', data: { x: 1 } }])
      expect(whole?.messages).toMatchObject([{ for: 'Ana', text: 'Call.' }])
      expect(record.errors).toEqual([])
    })

    test('what is told several times at once is kept as it was told last, and in the order it was told first', async () => {
      const record = await opened()
      const tag = { callSid: 'CA1', startedAt: NOON, tag: 'vip', isSet: true, at: NOON }
      const said = (itemId: string, text: string, revision: number) =>
        writes.line({ itemId, text, at: NOON, revision })
      record.write([
        writes.call(),
        writes.part({ turns: 1 }),
        said('1', 'I would', 1),
        writes.event(),
        { type: 'tag', tag },
        said('2', 'Of course.', 2),
        writes.part({ turns: 2, revision: 2, firstAudioMs: 300.5 }),
        said('1', 'I would like a table.', 3),
        { type: 'tag', tag: { ...tag, isSet: false, at: NOON + 1 } },
        said('1', 'I would like', 2),
        writes.event(),
      ])
      await record.flush()
      const whole = await record.call('CA1')
      expect(whole?.lines.map(({ text }) => text)).toEqual(['I would like a table.', 'Of course.'])
      expect(whole?.call).toMatchObject({ turns: 2, firstAudioMs: 300.5, tags: [] })
      expect(await record.outbox.list({ limit: 10 })).toHaveLength(1)
      expect(record.errors).toEqual([])
    })

    test('a sign that no text can have does not keep a line from being kept', async () => {
      const record = await opened()
      record.write([writes.call(), writes.line({ text: 'Half \ud83d a smile,\u0000 and an end.' })])
      await record.flush()
      expect((await record.call('CA1'))?.lines[0].text).toBe('Half \ufffd a smile, and an end.')
      expect(record.errors).toEqual([])
    })

    test('what was written of a call when it was over is given with it, and written once', async () => {
      const record = await opened()
      const summary = {
        callSid: 'CA1',
        customer: 'bright-smile',
        at: NOON + 63_000,
        summary: 'They want a table for two.',
        outcome: 'booked',
        fields: { people: 2, names: ['Ana'] },
        problem: 'x',
        detail: 'y',
      }
      const none = { callSid: 'CA2', customer: 'bright-smile', at: NOON, problem: 'too-late' }
      record.write([
        writes.call(),
        writes.call({ callSid: 'CA2' }),
        { type: 'summary', summary },
        { type: 'summary', summary: { ...summary, outcome: 'another' } },
        { type: 'summary', summary: none },
      ])
      await record.flush()
      expect((await record.call('CA1'))?.summary).toEqual(summary)
      expect((await record.call('CA2'))?.summary).toEqual(none)
    })

    test('whatever was said comes back as it was', async () => {
      const record = await opened()
      const said = `"Olá", 'ça va'? 你好 👩‍⚕️ \\ \n; drop table calls; -- $1 ?`
      record.write([writes.call(), writes.line({ text: said })])
      await record.flush()
      expect((await record.call('CA1'))?.lines[0].text).toBe(said)
    })

    test('what a database will not take holds up nothing else', async () => {
      const record = await opened()
      const refused = { ...facts({ callSid: 'CA2' }), model: null }
      record.write([
        writes.call({ callSid: 'CA1' }),
        // A journal of another release may hold anything.
        JSON.parse(JSON.stringify({ type: 'call', call: refused })),
        writes.call({ callSid: 'CA3' }),
      ])
      await record.flush()
      expect((await record.list({}, 10)).map(({ callSid }) => callSid)).toEqual(['CA3', 'CA1'])
      expect(record.errors.map(({ code }) => code)).toEqual(['store-refused'])
    })
  })

  describe(`${name}: words`, () => {
    const SAID = [
      writes.line({ itemId: '1', text: 'A mesa é às oito, não às nove.' }),
      writes.line({ itemId: '2', text: 'Table eight, please. My number is 555-0001.' }),
      writes.line({ itemId: '3', customer: 'bright-smile-2', text: "Don't call the TABLE back." }),
    ]
    const spoken = sharedRecord(open, SAID)
    const find = async (words: string, customer?: string) =>
      (await (await spoken()).find({ words, customer, limit: 10 })).map(({ line }) => line.itemId)

    test.each([
      ['mesa', ['1']],
      ['AS OITO', ['1']],
      ['não nove', ['1']],
      ['table', ['3', '2']],
      ['table please', ['2']],
      ['please table', ['2']],
      ["don't", ['3']],
      ['555-0001', ['2']],
      ['tab', []],
      ['mesa table', []],
      ['" OR *', []],
      ['', []],
    ])('%j is found, newest first', async (words, expected) => {
      expect(await find(words)).toEqual(expected)
    })

    test('those of one customer alone', async () => {
      expect(await find('table', 'bright-smile')).toEqual(['2'])
      expect(await find('table', 'bright-smile-2')).toEqual(['3'])
    })

    test('a line that was cut is found by what is left of it', async () => {
      const record = await opened()
      record.write(SAID)
      record.write([writes.line({ itemId: '2', text: 'Table', heardMs: 400, revision: 2 })])
      await record.flush()
      expect(await record.find({ words: 'eight', limit: 10 })).toEqual([])
      expect(await record.find({ words: 'table', limit: 10 })).toHaveLength(2)
    })

    test('page by page', async () => {
      const record = await spoken()
      const [first] = await record.find({ words: 'table', limit: 1 })
      const [second] = await record.find({ words: 'table', limit: 1, before: first.id })
      expect([first.line.itemId, second.line.itemId]).toEqual(['3', '2'])
      expect(await record.find({ words: 'table', limit: 1, before: second.id })).toEqual([])
    })
  })

  describe(`${name}: costs`, () => {
    const of = (callSid: string, customer: string, startedAt: number, costs: number[]) => [
      writes.call({
        callSid,
        customer,
        startedAt,
        line: '+1',
        ...(customer === 'casa' ? { model: 'mini' } : {}),
      }),
      ...costs.map((costNano, at) =>
        writes.part({
          callSid,
          customer,
          part: at + 1,
          startedAt,
          endedAt: startedAt + 1_000,
          costNano,
        })
      ),
    ]
    const three = sharedRecord(open, [
      ...of('CA1', 'bright-smile', NOON, [20, 5]),
      ...of('CA2', 'casa', NOON, [20]),
      ...of('CA3', 'casa', NOON + DAY, [10]),
    ])

    test.each(
      [
        ['customer', {}, [['casa', 2, 30], ['bright-smile', 1, 25]]],
        ['line', {}, [['+1', 3, 55]]],
        ['model', {}, [['mini', 2, 30], ['gpt-realtime-2.1', 1, 25]]],
        ['day', {}, [['2026-05-04', 2, 45], ['2026-05-05', 1, 10]]],
        ['customer', { since: NOON + DAY }, [['casa', 1, 10]]],
        ['customer', { until: NOON + DAY }, [['bright-smile', 1, 25], ['casa', 1, 20]]],
        ['day', { customer: 'casa' }, [['2026-05-04', 1, 20], ['2026-05-05', 1, 10]]],
      ] as const,
    )('by %s of %j', async (by, filter, expected) => {
      const costs = await (await three()).costs({ by, ...filter })
      expect(costs.map(({ name, calls, costNano }) => [name, calls, costNano])).toEqual(expected)
    })

    test('the time that was talked is added up over processes', async () => {
      const record = await opened()
      record.write([
        writes.call(),
        writes.part({ part: 1, endedAt: NOON + 1_000 }),
        writes.part({ part: 2, startedAt: NOON + 5_000, endedAt: NOON + 7_000 }),
      ])
      await record.flush()
      expect(await record.costs({ by: 'customer' })).toEqual([
        { name: 'bright-smile', calls: 1, talkedMs: 3_000, costNano: 0 },
      ])
    })
  })

  describe(`${name}: what is deleted`, () => {
    const kept = async () => {
      const record = await opened()
      const person = '+15550001111'
      record.write([
        writes.call({ callSid: 'CA1', from: person }),
        writes.call({ callSid: 'CA2', from: '+15550002222', startedAt: NOON + DAY }),
        writes.call({ callSid: 'CA3', direction: 'outbound', from: '+15005550006', to: person }),
        // Their number is a line of ours in this one, which makes them nobody.
        writes.call({ callSid: 'CA4', from: '+15550003333', to: person, customer: 'casa' }),
        ...['CA1', 'CA2', 'CA3', 'CA4'].flatMap((callSid) => [
          writes.part({ callSid }),
          {
            type: 'tag',
            tag: { callSid, startedAt: NOON, tag: 'vip', isSet: true, at: NOON },
          } as const,
          {
            type: 'summary',
            summary: { callSid, customer: 'bright-smile', at: NOON, summary: 'x' },
          } as const,
          writes.line({
            callSid,
            at: callSid === 'CA2' ? NOON + DAY : NOON,
            customer: callSid === 'CA4' ? 'casa' : 'bright-smile',
            text: `the secret of ${callSid}`,
          }),
        ]),
      ])
      await record.flush()
      return record
    }

    test('a person is forgotten whole: those they called and those they were called in', async () => {
      const record = await kept()
      expect([...await record.forget('+15550001111')].sort()).toEqual(['CA1', 'CA3'])
      expect((await record.list({}, 10)).map(({ callSid }) => callSid)).toEqual(['CA2', 'CA4'])
      const found = await record.find({ words: 'secret', limit: 10 })
      expect(found.map(({ line }) => line.callSid)).toEqual(['CA4', 'CA2'])
      expect(await record.find({ words: 'ca1', limit: 10 })).toEqual([])
      expect(await record.forget('+15550001111')).toEqual([])
      // A call of the same name knows nothing of the one that is gone.
      record.write([writes.call({ callSid: 'CA1' })])
      await record.flush()
      expect(await record.call('CA1')).not.toHaveProperty('summary')
      expect(await record.tagsOf('CA1')).toEqual([])
    })

    test('lines that are too old are deleted, of one customer, and the calls stay', async () => {
      const record = await kept()
      // Two lines, and four summaries.
      expect(await record.deleteBefore('bright-smile', 'transcript', NOON + DAY)).toBe(6)
      expect(await record.call('CA1')).not.toHaveProperty('summary')
      const found = await record.find({ words: 'secret', limit: 10 })
      expect(found.map(({ line }) => line.callSid)).toEqual(['CA4', 'CA2'])
      expect(await record.list({}, 10)).toHaveLength(4)
      expect(await record.deleteBefore('bright-smile', 'transcript', NOON + DAY)).toBe(0)
    })

    test('calls that are too old are deleted with all that is of them', async () => {
      const record = await kept()
      expect(await record.deleteBefore('bright-smile', 'calls', NOON + DAY)).toBe(2)
      expect((await record.list({}, 10)).map(({ callSid }) => callSid)).toEqual(['CA2', 'CA4'])
      const found = await record.find({ words: 'secret', limit: 10 })
      expect(found.map(({ line }) => line.callSid)).toEqual(['CA4', 'CA2'])
    })

    test('1,500 lines are deleted in pieces', async () => {
      const record = await opened()
      record.write(
        Array.from({ length: 1_500 }, (_, at) => writes.line({ itemId: `${at}`, at: NOON + at })),
      )
      await record.flush()
      expect(await record.deleteBefore('bright-smile', 'transcript', NOON + 1_200)).toBe(1_200)
      expect(await record.find({ words: 'table', limit: 1_000 })).toHaveLength(300)
    })

    test('one machine has a task, until its time is over', async () => {
      const record = await opened()
      const take = (owner: string, now: number) =>
        record.takeLease({ name: 'retention', owner, now, until: now + 100 })
      expect(await take('a', 1_000)).toBe(true)
      expect(await take('b', 1_050)).toBe(false)
      expect(await take('a', 1_060)).toBe(true)
      expect(await take('b', 1_159)).toBe(false)
      expect(await take('b', 1_160)).toBe(true)
    })
  })

  describe(`${name}: migrations`, () => {
    test('bring an empty database to the newest version, once', async () => {
      const database = await open()
      const newest = RECORD_MIGRATIONS.length
      expect(await recordVersion(database)).toBe(0)
      expect(await migrateRecord(database, NOON)).toEqual(VERSIONS)
      expect(await migrateRecord(database, NOON)).toEqual([])
      expect(await recordVersion(database)).toBe(newest)
      await database.close()
    })

    test('are counted before they are done, and told of one by one', async () => {
      const database = await open()
      expect(await standingOf(database)).toEqual({ version: 0, missing: VERSIONS })
      const [first] = RECORD_MIGRATIONS
      let told = 0
      await migrateRecord(database, NOON, [first], () => void told++)
      expect(await standingOf(database)).toEqual({ version: 1, missing: VERSIONS.slice(1) })
      await migrateRecord(database, NOON, undefined, () => void told++)
      expect(told).toBe(VERSIONS.length)
      expect(await standingOf(database)).toEqual({ version: VERSIONS.length, missing: [] })
      await database.close()
    })

    test('are done by one of several that begin at once', async () => {
      const database = await open()
      const done = await Promise.all([1, 2, 3].map(() => migrateRecord(database, NOON)))
      expect(done.flat().toSorted()).toEqual(VERSIONS)
      await database.close()
    })

    test('leave nothing of a step that fails', async () => {
      const database = await open()
      const broken = {
        version: RECORD_MIGRATIONS.length + 1,
        commands: () => ['create table half (x bigint)', 'insert into nowhere values (1)'],
      }
      await expect(migrateRecord(database, NOON, [...RECORD_MIGRATIONS, broken])).rejects
        .toThrow(/nowhere/)
      expect(await recordVersion(database)).toBe(RECORD_MIGRATIONS.length)
      await expect(database.query(sql('select * from half'))).rejects.toThrow(/half/)
      await database.close()
    })
  })
}
