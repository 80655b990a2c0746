/** Secrets planted in all that can be said of a call; none may be found in what is kept. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CallEntry } from '../../src/bridge/call-feed.ts'
import type { Happening } from '../../src/call/events.ts'
import { createConfig, DEFAULT_SERVICE } from '../../src/config/config.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import { silentLog } from '../../src/log.ts'
import { createKeeper, createRedactors } from '../../src/record/keep-calls.ts'
import { DEFAULT_PRICES } from '../../src/record/money.ts'
import { redactCallEntry } from '../../src/record/redact-entry.ts'
import { createRedact, isLuhn } from '../../src/record/redact.ts'
import { RULES } from '../call/rules.ts'
import type { Story } from '../call/stories.ts'
import { withLines } from '../config/sources.ts'
import { logOf, partsOf } from '../replay/logged-call.ts'
import { makeFolder, NOON } from '../store/fixture.ts'
import { openRecord, openSqlite } from '../store/record-fixture.ts'

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

test('none of 200 secrets is in the database, its log, its index or its outbox', async () => {
  const text = withLines(`redact: { patterns: ['\\bPT\\d{6}\\b'] }
webhooks: [{ url: "https://crm.example.com/", secret: "\${env:CRM_SECRET}" }]
`)
  const parsed = parseConfig({
    customers: [{ path: 'customers/bright-smile.yaml', text }],
    readKnowledge: () => undefined,
  })
  if ('problems' in parsed) throw new Error(parsed.problems[0].message)
  const [customer] = parsed.config.customers
  const number = customer.numbers[0]
  const line = createConfig(DEFAULT_SERVICE, [customer]).lineOf(number)
  if (!line) throw new Error(`nobody has ${number}`)

  const folder = await makeFolder()
  const record = await openRecord(openSqlite(join(folder, 'record.db')))
  const keep = createKeeper({
    store: record,
    prices: () => DEFAULT_PRICES,
    now: () => NOON,
    log: silentLog,
  })({
    facts: { callSid: 'CA1', accountSid: 'AC1', from: '+15550001111', line, owner: 'm1' },
    model: 'gpt-realtime-2.1',
    epoch: 1,
    startedAtMs: 0,
  })
  const redact = createRedactors()(customer)
  expect(SECRETS).toHaveLength(200)
  for (const [at, secret] of SECRETS.entries()) {
    for (const entry of entriesOf(secret, at)) keep(redactCallEntry(redact, entry))
  }
  await record.flush()

  const whole = await record.call('CA1')
  expect(whole?.lines).toHaveLength(800)
  expect(whole?.moments).toHaveLength(400)
  expect(whole?.messages).toHaveLength(200)
  expect(await record.outbox.list({ limit: 500 })).toHaveLength(401)
  const files = await readdir(folder)
  expect(files).toContain('record.db')
  const bytes = await Promise.all(files.map((file) => readFile(join(folder, file), 'latin1')))
  const kept = bytes.join('\n') + JSON.stringify(whole)
  expect(kept).toContain('It is [card], yes.')
  expect(SECRETS.filter((secret) => kept.includes(secret))).toEqual([])
})
