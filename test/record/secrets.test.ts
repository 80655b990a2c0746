/** Secrets planted in all that can be said of a call, and in its sound; none may be found in what is kept. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { CallEntry } from '../../src/bridge/call-feed.ts'
import { muLawDecode } from '../../src/audio/g711.ts'
import { createTone } from '../../src/audio/tone.ts'
import type { Happening } from '../../src/call/events.ts'
import { systemClock } from '../../src/clock.ts'
import { createConfig, type Customer, DEFAULT_SERVICE } from '../../src/config/config.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import { StoreError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import { createKeeper, createRedactors } from '../../src/record/keep-calls.ts'
import { DEFAULT_PRICES } from '../../src/record/money.ts'
import { redactCallEntry, redactMessage } from '../../src/record/redact-entry.ts'
import { createRedact, isLuhn } from '../../src/record/redact.ts'
import * as files from '../../src/runtime/files.ts'
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts'
import type { Clip } from '../../src/sim/model/clips.ts'
import { curveOf } from '../../src/sim/model/levels.ts'
import { createJournal } from '../../src/store/journal.ts'
import { createPostgresSql } from '../../src/store/postgres-sql.ts'
import type { RecordStore } from '../../src/store/record-store.ts'
import { startDelivery } from '../../src/webhooks/deliver.ts'
import { createRecordWriter } from '../../src/store/record-writer.ts'
import { RULES } from '../call/rules.ts'
import type { Story } from '../call/stories.ts'
import { withLines } from '../config/sources.ts'
import { logOf, partsOf } from '../replay/logged-call.ts'
import { makeFolder, NOON } from '../store/fixture.ts'
import { startPostgres } from '../store/postgres.ts'
import { openRecord, openSqlite } from '../store/record-fixture.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { plain, startHttpServer } from '../support/http-server.ts'
import { shareOfTone } from '../support/tone-share.ts'
import { channelOf, startRecordedCall } from './recorded-call.ts'

const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

const digitsOf = (seed: number, length: number) =>
  Array.from({ length }, (_, at) => (seed * 7 + at * 3 + Math.floor(seed / 10) * at) % 10)

const cardOf = (seed: number): readonly number[] => {
  const body = [4, ...digitsOf(seed, 14)]
  const check = WORDS.findIndex((_, digit) =>
    isLuhn([...body, digit].map((each) => ({ digit: String(each) })))
  )
  return [...body, check]
}

/** 200 secrets: cards, phone numbers, addresses, words and codes, written and said. */
const SECRETS: readonly string[] = Array.from({ length: 40 }, (_, seed) => [
  cardOf(seed).join(seed % 2 ? '' : ' '),
  cardOf(seed + 40).map((digit) => WORDS[digit]).join(' '),
  `+351 ${digitsOf(seed, 9).join('')}`,
  `person${seed}.name@example${seed}.com`,
  `PT${digitsOf(seed + 3, 6).join('')}`,
]).flat()

/** Where a secret may turn up. */
const entriesOf = (secret: string, at: number): readonly CallEntry[] => {
  const base = { itemId: `i${at}`, text: `It is ${secret}, yes.`, final: true, atMs: at }
  const tool = {
    toolCallId: `t${at}`,
    name: 'take_message',
    given: `{"it":"${secret}"}`,
    failed: false,
  }
  return [
    { type: 'line', atMs: at, line: { ...base, speaker: 'caller' } },
    { type: 'line', atMs: at, line: { ...base, itemId: `a${at}`, speaker: 'agent', heardMs: 9 } },
    { type: 'line', atMs: at, line: { ...base, itemId: `t${at}`, speaker: 'tool', tool } },
    { type: 'line', atMs: at, line: { ...base, itemId: `n${at}`, speaker: 'note' } },
    { type: 'model-complained', atMs: at, code: 'x', problem: `"${secret}" is no date` },
    { type: 'model-interrupted', atMs: at, cause: `said ${secret}` },
    {
      type: 'summarised',
      atMs: at,
      afterMs: 9,
      status: 'ready',
      summary: `They gave ${secret}.`,
      outcome: secret,
      fields: { it: secret, all: [{ it: `is ${secret}` }], number: Number(secret) || 0 },
      problem: 'fields-do-not-fit',
      detail: `it must be a number, got "${secret}"`,
    },
  ]
}

/** The same as it happens, words also in pieces that say nothing by themselves, and keys one by one. */
const happeningsOf = (secret: string, at: number): readonly Happening[] => {
  const text = `It is ${secret}, yes.`
  const part = { responseId: 'r', itemId: `a${at}`, contentIndex: 0 }
  const half = text.length / 2
  const call = { responseId: 'r', itemId: `t${at}`, toolCallId: `t${at}`, name: 'take_message' }
  return [
    { type: 'agent-words', ...part, text: text.slice(0, half), final: false },
    { type: 'agent-words', ...part, text: text.slice(half), final: false },
    { type: 'agent-words', ...part, itemId: `b${at}`, text, final: true },
    { type: 'caller-words', itemId: `c${at}`, text, final: true },
    { type: 'agent-called-tool', ...call, given: `{"it":"${secret}"}` },
    { type: 'tool-returned', toolCallId: `t${at}`, output: text, failed: false },
    ...secret.replaceAll(/\D/g, '').split('').map((digit): Happening => ({
      type: 'caller-pressed-key',
      digit,
    })),
    { type: 'caller-pressed-key', digit: '#' },
    { type: 'model-complained', code: 'x', problem: `"${secret}" is no date` },
    { type: 'model-interrupted', cause: `said ${secret}` },
    { type: 'model-ready' },
  ]
}

test('none of 200 secrets is in an event log, which is whole all the same', () => {
  const redact = createRedact({
    phones: true,
    emails: true,
    cards: true,
    words: [],
    patterns: ['\\bPT\\d{6}\\b'],
  })
  const open: Story = [[{ type: 'model-ready' }, 1], [{ type: 'caller-connected' }, 1]]
  const said = SECRETS.flatMap((secret, at) => happeningsOf(secret, at))
    .map((happening): Story[number] => [happening, 1])
  const text = logOf([...open, ...said, [{ type: 'caller-hung-up' }, 1]], {
    rules: { ...RULES, greeting: `Hello ${SECRETS[0]}.` },
    redact,
  })
  const [part] = partsOf(text)
  expect([part.events.length, part.end]).toEqual([said.length + 3, 'whole'])
  expect(text).toContain('It is [card], yes.')
  const digits = SECRETS.map((secret) => secret.replaceAll(/\D/g, '')).filter((each) => each !== '')
  expect(
    [...SECRETS, ...digits.filter(({ length }) => length > 5)].filter((secret) =>
      text.includes(secret)
    ),
  ).toEqual([])
})

const customerWith = (webhook: string): Customer => {
  const text = `redact: { patterns: ['\\bPT\\d{6}\\b'] }
webhooks: [{ url: "${webhook}", secret: "\${env:CRM_SECRET}" }]
`
  const parsed = parseConfig({
    customers: [{ path: 'customers/bright-smile.yaml', text: withLines(text) }],
    readKnowledge: () => undefined,
  })
  if ('problems' in parsed) throw new Error(parsed.problems[0].message)
  return parsed.config.customers[0]
}

const CUSTOMER = customerWith('https://crm.example.com/')

/** Tells a record a call in which every secret turns up everywhere it may; gives what the log has said of it. */
const tellSecrets = (store: Pick<RecordStore, 'write'>, customer = CUSTOMER): string => {
  const number = customer.numbers[0]
  const line = createConfig(DEFAULT_SERVICE, [customer]).lineOf(number)
  if (!line) throw new Error(`nobody has ${number}`)
  const keep = createKeeper({
    store,
    prices: () => DEFAULT_PRICES,
    now: () => NOON,
    log: silentLog,
  })({
    facts: { callSid: 'CA1', accountSid: 'AC1', from: '+15550001111', line, owner: 'm1' },
    model: 'gpt-realtime-2.1',
    epoch: 1,
  })
  const redact = createRedactors()(customer)
  expect(SECRETS).toHaveLength(200)
  // What is told of a call is what is logged of it, and what those who watch it see.
  const told: CallEntry[] = []
  for (const [at, secret] of SECRETS.entries()) {
    for (const entry of entriesOf(secret, at)) told.push(redactCallEntry(redact, entry))
  }
  told.forEach(keep)
  return JSON.stringify(told)
}

const found = (text: string) => SECRETS.filter((secret) => text.includes(secret))

const filesIn = async (folder: string): Promise<string> => {
  const names = await readdir(folder)
  const bytes = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))
  return bytes.join('\n')
}

test('none of 200 secrets is in the database, its log, its index, its outbox or what is told', async () => {
  const folder = await makeFolder()
  const record = await openRecord(openSqlite(join(folder, 'record.db')))
  const told = tellSecrets(record)
  await record.flush()
  const whole = await record.call('CA1')
  expect(whole?.lines).toHaveLength(800)
  expect(whole?.moments).toHaveLength(400)
  expect(whole?.messages).toHaveLength(200)
  expect(await record.outbox.list({ limit: 500 })).toHaveLength(401)
  expect(await readdir(folder)).toContain('record.db')
  const kept = await filesIn(folder) + JSON.stringify(whole)
  expect(kept).toContain('It is [card], yes.')
  expect(found(kept)).toEqual([])
  expect(told).toContain('It is [card], yes.')
  expect(found(told)).toEqual([])
})

test('none of them is in a PostgreSQL, nor in what it is asked', async () => {
  const server = await startPostgres()
  onTestFinished(() => server.stop())
  const database = createPostgresSql({ url: await server.database(), clock: systemClock })
  const asked: string[] = []
  const record = await openRecord({
    ...database,
    write: (statements) => {
      asked.push(JSON.stringify(statements))
      return database.write(statements)
    },
  })
  tellSecrets(record)
  await record.flush()
  const whole = JSON.stringify(await record.call('CA1'))
  expect(asked.join()).toContain('It is [card], yes.')
  expect(found(asked.join() + whole)).toEqual([])
}, 60_000)

test('none of them is in the journal of a database that is away', async () => {
  const folder = await makeFolder()
  const clock = createFakeClock()
  const away = () => Promise.reject(new StoreError('store-unreachable', 'it is away'))
  const writer = createRecordWriter({
    database: { keep: away },
    journal: createJournal({ folder, files, name: 'a', now: Date.now }),
    clock,
    onError: () => {},
  })
  tellSecrets(writer)
  await writer.flush()
  await writer.close()
  const journal = await filesIn(folder)
  expect(journal).toContain('It is [card], yes.')
  expect(found(journal)).toEqual([])
})

test('none of them is sent to the server of the customer', async () => {
  const server = await startHttpServer(plain(''))
  onTestFinished(() => server.stop())
  const customer = customerWith(server.url)
  const record = await openRecord(openSqlite(':memory:'))
  tellSecrets(record, customer)
  await record.flush()
  const clock = createFakeClock()
  const delivery = startDelivery({
    record,
    customers: () => [customer],
    fetch: createGuardedFetch({ allowPrivate: ['127.0.0.1/32'] }),
    variable: () => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    newId: () => crypto.randomUUID(),
    random: () => 0,
    clock,
    now: () => NOON + clock.nowMs(),
    log: silentLog,
  })
  onTestFinished(() => delivery.stop())
  const arrived = () => {
    clock.advance(20)
    return server.received.length
  }
  await expect.poll(arrived, { interval: 1, timeout: 20_000 }).toBe(401)
  const sent = server.received.map(({ body }) => body).join('\n')
  expect(sent).toContain('[card]')
  expect(found(sent)).toEqual([])
}, 60_000)

test('none of them is in a message but as the number to call back at', () => {
  const redact = createRedactors()(CUSTOMER)
  const message = (secret: string) => ({
    takenAt: '2026-05-04T12:00:00.000Z',
    customer: 'bright-smile',
    callSid: 'CA1',
    from: '+15550001111',
    name: `Ana, ${secret}`,
    number: '+351 912 345 678',
    message: `It is ${secret}, yes.`,
    urgent: false,
    fields: { it: secret, all: [{ it: `is ${secret}` }] },
  })
  const kept = SECRETS.map((secret) => JSON.stringify(redactMessage(redact, message(secret))))
  expect(kept[0]).toContain('It is [card], yes.')
  expect(kept[0]).toContain('"number":"+351 912 345 678","message"')
  expect(found(kept.join())).toEqual([])
})

const SECRET_HZ = 1_000
const HARMLESS_HZ = 700

/** A sentence that is a tone, in syllables of its own so that the model knows it by ear. */
const toneOf = (text: string, frequencyHz: number, seed: number): Clip => {
  const pcm = new Int16Array(8 * 1_800)
  for (let syllable = 0; syllable < 12; syllable++) {
    const amplitude = Math.imul(seed, 2_654_435_761) >>> (syllable + 16) & 1 ? 0.5 : 0.04
    createTone({ frequencyHz, sampleRateHz: 8_000, amplitude })
      .fill(pcm.subarray(syllable * 1_200, (syllable + 1) * 1_200))
  }
  const sound = { sampleRateHz: 8_000, pcm } as const
  return { name: `said-${seed}`, voice: 'caller', text, sound, curve: curveOf(sound) }
}

test('none of them is heard in the recording of a call in which the caller says them and the agent says them back', async () => {
  const spoken = SECRETS.filter((_, at) => at % 9 === 0)
  const clips = spoken.map((secret, at) => toneOf(`It is ${secret}, yes.`, SECRET_HZ, at + 1))
  const harmless = toneOf('It is nothing of that kind.', HARMLESS_HZ, 60)
  const { call, file, settled } = startRecordedCall({
    customer: `limits: { silence: false }
recording: {}
redact: { patterns: ['\\bPT\\d{6}\\b'] }`,
    clips: [...clips, harmless],
  })
  call.clock.advance(5_000)
  for (const clip of [harmless, ...clips]) {
    call.line.say(clip.sound.pcm)
    call.clock.advance(7_000)
    await settled()
  }
  call.line.hangUp()
  call.clock.advance(500)
  await settled()

  const told = JSON.stringify(call.entries)
  expect(spoken.filter((secret) => told.includes(secret))).toEqual(spoken)
  const soundOf = (codes: Uint8Array) => {
    const pcm = new Int16Array(codes.length)
    muLawDecode(codes, pcm)
    return { sampleRateHz: 8_000, pcm }
  }
  const truths = [call.line.said(0, call.line.nowMs()), call.line.heard(0, call.line.nowMs())]
  for (const channel of [0, 1] as const) {
    const truth = soundOf(truths[channel])
    expect(shareOfTone(truth, SECRET_HZ)).toBeGreaterThan(0.5)
    const recorded = soundOf(channelOf(file.bytes(), channel))
    expect(shareOfTone(recorded, SECRET_HZ)).toBeLessThan(0.001)
    expect(shareOfTone(recorded, HARMLESS_HZ)).toBeGreaterThan(0.9)
  }
})
