import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { writeWav } from '../../src/audio/wav.ts'
import { parseMoment } from '../../src/cli/since.ts'
import { csvRow } from '../../src/cli/csv-row.ts'
import type { RecordWrite } from '../../src/record/record.ts'
import * as files from '../../src/runtime/files.ts'
import { NOON } from '../store/fixture.ts'
import { openRecord, openSqlite, writes } from '../store/record-fixture.ts'
import { createFolder, createProgram } from './program-fixture.ts'

const STORY: readonly RecordWrite[] = [
  writes.call({ endedAt: NOON + 20_000, endReason: 'caller-hung-up', revision: 2 }),
  writes.part({
    firstAudioMs: 310,
    turns: 1,
    latencySumMs: 640,
    latencyMaxMs: 640,
    bargeIns: 1,
    costNano: 21_500_000,
    endedAt: NOON + 20_000,
  }),
  writes.line({
    itemId: 'i1',
    kind: 'agent',
    text: 'Welcome to',
    at: NOON + 1_000,
    heardMs: 900,
  }),
  writes.line({ itemId: 'i2', at: NOON + 4_000 }),
  writes.line({
    itemId: 'i3',
    kind: 'tool',
    text: 'book_table',
    at: NOON + 5_000,
    tool: { given: '{"people":2}', result: 'booked', failed: false },
  }),
  writes.line({ itemId: 'i4', kind: 'key', text: '#', at: NOON + 15_000 }),
  ...[
    { at: NOON + 400, kind: 'caller-connected', data: { epoch: 1 } },
    { at: NOON + 2_000, kind: 'barged-in', data: { unheardMs: 700 } },
    { at: NOON + 20_000, kind: 'ended', data: { reason: 'caller-hung-up' } },
  ].map((moment, seq): RecordWrite => ({
    type: 'moment',
    moment: { callSid: 'CA1', part: 1, seq, ...moment },
  })),
]

/** The same call with tags, and with what whoever asked for it wants kept. */
const TAGGED: readonly RecordWrite[] = [
  ...STORY.map((write): RecordWrite =>
    write.type === 'call'
      ? { ...write, call: { ...write.call, metadata: { ticket: '17' } } }
      : write
  ),
  ...['vip', 'call back'].map((tag): RecordWrite => ({
    type: 'tag',
    tag: { callSid: 'CA1', startedAt: NOON, tag, isSet: true, at: NOON },
  })),
]

/** The program beside a record with something in it. */
const createKept = async (kept: readonly RecordWrite[] = STORY) => {
  const { folder, remove } = await createFolder()
  onTestFinished(remove)
  const record = await openRecord(openSqlite(join(folder, 'record.db')))
  record.write(kept)
  await record.flush()
  const program = createProgram({ TANDEM_DATA: folder, NODE_ENV: 'production' })
  return { ...program, record, folder }
}

describe('a recording', () => {
  const createRecorded = async () => {
    const program = await createKept()
    const path = `${program.folder}/recordings/bright-smile/CA1.wav`
    await files.write(path, 'sound')
    return { ...program, path }
  }

  test('is named by the call it is of', async () => {
    const { run, out, path } = await createRecorded()
    expect(await run('calls', 'show', 'CA1')).toBe(0)
    expect(out).toContain(`  recording ${path}`)
    expect(await run('calls', 'show', 'CA1', '--json')).toBe(0)
    expect(JSON.parse(out.at(-1) ?? '').recording).toBe(path)
  })

  test('is forgotten with the person', async () => {
    const { run, out, path } = await createRecorded()
    expect(await run('forget', '--number', '+15550001111')).toBe(0)
    expect(out).toEqual(['1 call forgotten, 1 recording'])
    expect(await files.changedAt(path)).toBe(undefined)
  })
})

test('an event log is forgotten with the person', async () => {
  const { run, out, folder } = await createKept()
  const path = `${folder}/events/bright-smile/CA1.jsonl`
  await files.write(path, '{}')
  expect(await run('forget', '--number', '+15550001111')).toBe(0)
  expect(out).toEqual(['1 call forgotten, 1 event log'])
  expect(await files.changedAt(path)).toBe(undefined)
})

describe('a call as a page', () => {
  test('is written for its owner alone, and its size is said', async () => {
    const { run, out, folder } = await createKept()
    const html = `${folder}/call.html`
    expect(await run('calls', 'show', 'CA1', '--html', html)).toBe(0)
    expect(out[0]).toMatch(/call\.html {2}\d+ kB$/)
    expect(await files.readText(html)).toContain('I would like a table for two.')
    expect((await stat(html)).mode & 0o777).toBe(0o600)
  })

  test('has the recording in it, unless it is to be left out', async () => {
    const { run, out, folder } = await createKept()
    const wav = writeWav({
      sampleRateHz: 8_000,
      channels: [new Int16Array(800), new Int16Array(800)],
    })
    await files.write(`${folder}/recordings/bright-smile/CA1.wav`, wav)
    const html = `${folder}/call.html`
    expect(await run('calls', 'show', 'CA1', '--html', html)).toBe(0)
    expect(out[0]).toMatch(/kB, with the recording$/)
    expect(await files.readText(html)).toContain('data:audio/wav;base64,')
    expect(await run('calls', 'show', 'CA1', '--html', html, '--no-audio', '--json')).toBe(0)
    expect(JSON.parse(out[1])).toMatchObject({ html, recording: false })
    expect(await files.readText(html)).not.toContain('data:audio/wav;base64,')
  })

  test('cannot be written where nothing can', async () => {
    const { run, err, folder } = await createKept()
    expect(await run('calls', 'show', 'CA1', '--html', `${folder}/record.db/call.html`)).toBe(1)
    expect(err.join()).toContain('cannot write')
  })
})

describe('tandem calls export', () => {
  test('writes a vCon a call into a folder, and shows how far it is', async () => {
    const { run, out, err, progress, folder } = await createKept([
      ...STORY,
      writes.call({ callSid: 'CA2', startedAt: NOON + 60_000 }),
      writes.part({ callSid: 'CA2', startedAt: NOON + 60_000 }),
    ])
    const wav = writeWav({
      sampleRateHz: 8_000,
      channels: [new Int16Array(800), new Int16Array(800)],
    })
    await files.write(`${folder}/recordings/bright-smile/CA1.wav`, wav)
    expect(await run('calls', 'export', '--format', 'vcon', '--out', `${folder}/vcons`)).toBe(0)
    expect((await files.list(`${folder}/vcons`)).toSorted()).toEqual(['CA1.vcon', 'CA2.vcon'])
    const vcon = JSON.parse(await files.readText(`${folder}/vcons/CA1.vcon`))
    expect(vcon.dialog).toMatchObject([{ type: 'recording', duration: 0.1, filename: 'CA1.wav' }])
    expect([out, err]).toEqual([[], [`2 calls in ${folder}/vcons`]])
    expect(progress).toEqual(['0 of 2 calls', '+1', '+1', 'stop'])
  })

  test('does not say how many are left of those with a tag, which nobody counts', async () => {
    const { run, out, progress } = await createKept([...TAGGED, writes.call({ callSid: 'CA2' })])
    expect(await run('calls', 'export', '--tag', 'vip')).toBe(0)
    expect(out).toHaveLength(1)
    expect(progress[0]).toBe('0 of 0 calls')
  })

  test('writes vCons on stdout, a line each, without sound where none is wanted', async () => {
    const { run, out, folder } = await createKept()
    const wav = writeWav({
      sampleRateHz: 8_000,
      channels: [new Int16Array(800), new Int16Array(800)],
    })
    await files.write(`${folder}/recordings/bright-smile/CA1.wav`, wav)
    expect(await run('calls', 'export', '--format', 'vcon', '--no-audio')).toBe(0)
    expect(out.map((each) => JSON.parse(each).dialog[0].type)).toEqual(['text'])
  })

  test('has no table for a folder', async () => {
    const { run, err } = await createKept()
    expect(await run('calls', 'export', '--format', 'csv', '--out', 'x')).toBe(2)
    expect(err).toEqual(['csv is one table: leave --out away and write stdout to a file'])
  })
})

describe('tandem outbox', () => {
  const EVENTS: readonly RecordWrite[] = [
    writes.event({ id: 'm1', callSid: 'CA1' }),
    writes.event({ id: 'm2', callSid: 'CA2', type: 'message.taken', at: NOON + 1_000 }),
  ]
  const createSent = async () => {
    const kept = await createKept(EVENTS)
    const { outbox } = kept.record
    const claim = { claim: 'a', now: NOON, until: NOON + 1, limit: 1, except: [] }
    const [event] = await outbox.claim(claim)
    await outbox.settle(event, { is: 'dead', problem: 'status-500' })
    return kept
  }

  test('lists the newest first, a line each, without what they say', async () => {
    const { run, out } = await createSent()
    expect(await run('outbox')).toBe(0)
    expect(out).toEqual([
      'm2  2026-05-04 12:00:01  bright-smile  message.taken  https://crm.example.com/calls  waiting',
      'm1  2026-05-04 12:00:00  bright-smile  call.ended  https://crm.example.com/calls  dead  attempts 1  status-500',
    ])
  })

  test('lists those that were given up, as JSON', async () => {
    const { run, out } = await createSent()
    expect(await run('outbox', '--dead', '--json')).toBe(0)
    expect(out.map((line) => JSON.parse(line))).toEqual([{
      id: 'm1',
      callSid: 'CA1',
      customer: 'bright-smile',
      url: 'https://crm.example.com/calls',
      type: 'call.ended',
      at: NOON,
      state: 'dead',
      attempts: 1,
      problem: 'status-500',
    }])
  })
})

describe('tandem calls', () => {
  test('lists the newest first, a line each', async () => {
    const { run, out } = await createKept([
      ...STORY,
      writes.call({ callSid: 'CA2', startedAt: NOON + 60_000 }),
    ])
    expect(await run('calls')).toBe(0)
    expect(out).toEqual([
      'CA2  2026-05-04 12:01:00  bright-smile  from +15550001111  goes on  $0.0000',
      'CA1  2026-05-04 12:00:00  bright-smile  from +15550001111  20.0 s  caller-hung-up  $0.0215',
    ])
  })

  test('finds words', async () => {
    const { run, out } = await createKept()
    expect(await run('calls', '--words', 'table TWO')).toBe(0)
    expect(out).toEqual(['CA1  caller  I would like a table for two.'])
  })

  test('takes only what is asked for', async () => {
    const { run, out } = await createKept()
    expect(await run('calls', 'list', '--since', '2026-05-05')).toBe(0)
    expect(out).toEqual([])
    expect(await run('calls', '--since', 'yesterday')).toBe(2)
  })

  test('tells a call as a story with a timeline', async () => {
    const { run, out } = await createKept()
    expect(await run('calls', 'show', 'CA1')).toBe(0)
    expect(out).toEqual([
      'CA1  bright-smile  2026-05-04 12:00:00  20.0 s, ended: caller-hung-up',
      '  inbound, line +15005550006, from +15550001111 to +15005550006',
      '  gpt-realtime-2.1, agent version 0123456789abcdef',
      '  first sound after 0.31 s; 1 answer, after 0.64 s on average and 0.64 s at most; 1 interruption, 0 errors',
      '  $0.0215',
      '',
      '  caller  ············█································#··············',
      '  agent   ···█························································',
      '  tools   ···············█············································',
      '  events  ······!·····················································',
      '          0                                                     20.0 s',
      '',
      '    0.40 s          the line is open',
      '    1.00 s  agent   Welcome to —',
      '    2.00 s          the caller cuts in; 0.70 s not heard',
      '    4.00 s  caller  I would like a table for two.',
      '    5.00 s  tool    book_table({"people":2}) = booked',
      '    15.0 s  key     [#]',
      '    20.0 s          ended: caller-hung-up',
    ])
  })

  test('says that there is no such call', async () => {
    const { run, err } = await createKept()
    expect(await run('calls', 'show', 'CA9')).toBe(1)
    expect(err).toEqual(['there is no call CA9 in the record'])
  })

  test('are listed and shown with their tags, and found by them', async () => {
    const { run, out, err } = await createKept(TAGGED)
    expect(await run('calls', '--tag', 'vip')).toBe(0)
    expect(out[0]).toMatch(/^CA1 .*\[call back\] {2}\[vip\]$/)
    expect(await run('calls', '--tag', 'other')).toBe(0)
    expect(err).toEqual(['no calls'])
    expect(await run('calls', 'show', 'CA1')).toBe(0)
    expect(out).toContain('  tags call back, vip')
    expect(out).toContain('  ticket = 17')
  })

  test('are shown with what was written of them', async () => {
    const summary = {
      callSid: 'CA1',
      customer: 'bright-smile',
      at: NOON + 23_000,
      summary: 'They want a table for two.',
      outcome: 'booked',
      fields: { people: 2, day: 'Friday' },
    }
    const { run, out } = await createKept([...STORY, { type: 'summary', summary }])
    expect(await run('calls', 'show', 'CA1')).toBe(0)
    expect(out.slice(-5)).toEqual([
      '',
      '  summary  They want a table for two.',
      '  outcome  booked',
      '  people: 2',
      '  day: Friday',
    ])
  })

  test('exports facts as CSV and everything as JSON lines', async () => {
    const csv = await createKept(TAGGED)
    expect(await csv.run('calls', 'export', '--format', 'csv')).toBe(0)
    expect(csv.out).toHaveLength(2)
    expect(csv.out[1]).toBe(
      'CA1,bright-smile,+15005550006,inbound,+15550001111,+15005550006,2026-05-04T12:00:00.000Z,' +
        '2026-05-04T12:00:20.000Z,caller-hung-up,gpt-realtime-2.1,0123456789abcdef,310,1,640,640,1,0,0.0215,"call back,vip","{""ticket"":""17""}"',
    )
    const jsonl = await createKept()
    expect(await jsonl.run('calls', 'export')).toBe(0)
    expect(JSON.parse(jsonl.out[0]).lines.map((line: { text: string }) => line.text)).toEqual([
      'Welcome to',
      'I would like a table for two.',
      'book_table',
      '#',
    ])
  })
})

describe('tandem calls tag', () => {
  const OTHER = writes.call({ callSid: 'CA2', startedAt: NOON + 60_000 })

  test('gives tags to calls and takes some away, and says what they have then', async () => {
    const { run, out, record } = await createKept([...TAGGED, OTHER])
    const typed = ['CA1', 'CA2', '--add', 'spam', '--add', ' to check ', '--remove', 'vip']
    expect(await run('calls', 'tag', ...typed)).toBe(0)
    expect(out).toEqual(['CA1  call back, spam, to check', 'CA2  spam, to check'])
    expect(await record.tagsOf('CA1')).toEqual(['call back', 'spam', 'to check'])
    expect(await run('calls', '--tag', 'to check')).toBe(0)
    expect(out.slice(2).map((line) => line.slice(0, 3))).toEqual(['CA2', 'CA1'])
  })

  test('says when a call has none any more, and speaks JSON', async () => {
    const { run, out } = await createKept(TAGGED)
    const both = ['--remove', 'vip', '--remove', 'call back']
    expect(await run('calls', 'tag', 'CA1', ...both)).toBe(0)
    expect(await run('calls', 'tag', 'CA1', '--add', 'vip', '--json')).toBe(0)
    expect(out).toEqual(['CA1  no tags', '{"callSid":"CA1","tags":["vip"]}'])
  })

  test('tags the others when there is no such call, and fails', async () => {
    const { run, out, err } = await createKept()
    expect(await run('calls', 'tag', 'CA9', 'CA1', '--add', 'vip')).toBe(1)
    expect(err).toEqual(['there is no call CA9 in the record'])
    expect(out).toEqual(['CA1  vip'])
  })

  test('changes nothing where there would be too many', async () => {
    const { run, err, record } = await createKept(TAGGED)
    const many = Array.from({ length: 49 }, (_, at) => ['--add', `tag ${at}`]).flat()
    expect(await run('calls', 'tag', 'CA1', ...many)).toBe(1)
    expect(err).toEqual([
      'CA1 would have more than 50 tags, the most there may be; its tags are unchanged',
    ])
    expect(await record.tagsOf('CA1')).toEqual(['call back', 'vip'])
  })

  test.each([
    ['no tag', ['CA1'], 'nothing to do: give --add <tag> or --remove <tag>'],
    ['no call', ['--add', 'vip'], "missing required argument 'ids'"],
    ['a comma', ['CA1', '--add', 'a,b'], 'a tag is 1 to 64 characters, without a comma.'],
    ['an empty tag', ['CA1', '--remove', ' '], 'a tag is 1 to 64 characters, without a comma.'],
  ])('with %s says what is wrong and ends with 2', async (_, typed, message) => {
    const { run, out, err } = await createKept()
    expect(await run('calls', 'tag', ...typed)).toBe(2)
    expect(err.join('\n')).toContain(message)
    expect(out).toEqual([])
  })
})

test('tandem calls --words says when nobody said them', async () => {
  const { run, out, err } = await createKept()
  expect(await run('calls', '--words', 'zebra')).toBe(0)
  expect([out, err]).toEqual([[], ['no lines']])
})

test('tandem calls --words does not pretend to look at what it cannot', async () => {
  const { run, err } = await createKept()
  expect(await run('calls', '--words', 'table', '--tag', 'vip')).toBe(2)
  expect(err.join('\n')).toContain("'--words <words>' cannot be used with option '--tag <tag>'")
})

test('tandem costs adds up', async () => {
  const { run, out } = await createKept()
  expect(await run('costs', '--by', 'customer')).toBe(0)
  expect(out).toEqual([
    'bright-smile         1 call        20.0 s       $0.0215',
    'total         $0.0215',
  ])
  expect(await run('costs', '--by', 'planet')).toBe(2)
})

test('tandem forget deletes a person', async () => {
  const { run, out, record } = await createKept()
  expect(await run('forget', '--number', '+15550001111')).toBe(0)
  expect(out).toEqual(['1 call forgotten'])
  expect(await record.list({}, 10)).toEqual([])
  expect(await run('forget', '--number', '5550001111')).toBe(2)
  expect(await run('forget')).toBe(2)
})

test('tandem forget names calls that are on, as the rest of them is still to come', async () => {
  const { run, out, err } = await createKept([writes.call({ callSid: 'CA1' })])
  expect(await run('forget', '--number', '+15550001111')).toBe(0)
  expect(out).toEqual(['1 call forgotten'])
  expect(err).toEqual([
    'calls that are on are kept from here on; forget again when they have ended: CA1',
  ])
})

test('tandem forget deletes what a person left a message of, also without a call', async () => {
  const { run, out, folder } = await createKept([])
  const message = {
    takenAt: '2026-05-04T12:00:00.000Z',
    customer: 'bright-smile',
    callSid: 'CA1',
    from: '+15550001111',
    name: 'Ana',
    number: '+15550001111',
    message: 'Call me.',
    urgent: false,
    fields: {},
  }
  await files.appendLine(`${folder}/messages/bright-smile.jsonl`, JSON.stringify(message))
  expect(await run('forget', '--number', '+15550001111')).toBe(0)
  expect(out).toEqual(['0 calls forgotten, 1 message'])
  expect(await run('messages')).toBe(0)
  expect(out.at(-1)).toBe('no messages')
})

test('tandem migrate says what it did, and shows how far it is', async () => {
  const { folder, remove } = await createFolder()
  onTestFinished(remove)
  const { run, out, progress } = createProgram({ TANDEM_DATA: folder })
  expect(await run('migrate')).toBe(0)
  expect(progress).toEqual(['0 of 5 steps', '+1', '+1', '+1', '+1', '+1', 'stop'])
  expect(await run('migrate')).toBe(0)
  expect(await run('migrate', '--json')).toBe(0)
  expect(out).toEqual([
    'steps done: 1, 2, 3, 4, 5; now at version 5',
    'up to date, at version 5: nothing to do',
    '{"engine":"sqlite","version":5,"steps":[]}',
  ])
})

test('a database that cannot be reached is said, and the command fails', async () => {
  const program = createProgram({ DATABASE_URL: 'postgres://tandem:secret@127.0.0.1:1/tandem' })
  expect(await program.run('calls')).toBe(1)
  expect(program.err.join('\n')).toMatch(/cannot read PostgreSQL: .*; check DATABASE_URL/)
  expect(program.err.join('\n')).not.toContain('secret')
})

test('parseMoment() reads days ago, days and times', () => {
  expect(parseMoment('7d', NOON)).toBe(NOON - 7 * 86_400_000)
  expect(parseMoment('90m', NOON)).toBe(NOON - 90 * 60_000)
  expect(parseMoment('2026-05-04', 0)).toBe(NOON - 12 * 3_600_000)
  expect(parseMoment('2026-05-04T12:00:00Z', 0)).toBe(NOON)
  for (const text of ['', 'x', '7', '2026-99-99']) expect(parseMoment(text, NOON)).toBeUndefined()
})

test('csvRow() quotes, and disarms what a spreadsheet would run', () => {
  expect(
    csvRow(['a', 'b,c', 'say "x"', 'two\nlines', undefined, 1.5, '+15005550006', '=1+1', '+x', -2]),
  )
    .toBe(`a,"b,c","say ""x""","two\nlines",,1.5,+15005550006,'=1+1,'+x,-2`)
})

test('csvRow() disarms what begins with a line, or with a wide sign', () => {
  expect(csvRow(['\n=1+1', '＝1+1'])).toBe('"\'\n=1+1",\'＝1+1')
})
