/** vCons hold what the draft asks for, held against a schema of its rules (syntax 0.4.0). */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { vconOf } from '../../src/cli/vcon.ts'
import type { CallLine } from '../../src/record/record.ts'
import type { CallSummary, WholeCall } from '../../src/store/record-store.ts'

const NOON = Date.parse('2026-05-04T12:00:00Z')
const DATE = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' }
const INDEX = { type: 'integer', minimum: 0 }
const UUID_8 = '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'

/** What is inline has an encoding, a media type and a body, which is a text unless it is JSON. */
const INLINE = {
  dependentRequired: { body: ['encoding', 'mediatype'], encoding: ['body'] },
  properties: { encoding: { enum: ['base64url', 'json', 'none'] }, mediatype: { type: 'string' } },
  if: { properties: { encoding: { enum: ['base64url', 'none'] } }, required: ['encoding'] },
  then: { properties: { body: { type: 'string' } } },
}

const DIALOG = {
  type: 'object',
  required: ['type', 'start', 'parties'],
  properties: {
    type: { enum: ['recording', 'text', 'incomplete'] },
    start: DATE,
    duration: { type: 'number', minimum: 0 },
    parties: { type: 'array', items: INDEX, minItems: 1 },
    originator: INDEX,
    party_history: {
      type: 'array',
      items: {
        type: 'object',
        required: ['party', 'time', 'event', 'button'],
        properties: { party: INDEX, time: DATE, event: { const: 'keydown' } },
      },
    },
  },
  allOf: [
    INLINE,
    {
      if: { properties: { type: { const: 'incomplete' } } },
      then: {
        required: ['disposition'],
        properties: {
          body: false,
          disposition: {
            enum: ['no-answer', 'congestion', 'failed', 'busy', 'hung-up', 'voicemail-no-message'],
          },
        },
      },
      else: { properties: { disposition: false } },
    },
  ],
}

const isVcon = new Ajv2020({ strict: false }).compile({
  type: 'object',
  required: ['vcon', 'uuid', 'created_at', 'parties', 'dialog', 'attachments'],
  properties: {
    vcon: { const: '0.4.0' },
    uuid: { type: 'string', pattern: UUID_8 },
    created_at: DATE,
    subject: { type: 'string' },
    parties: {
      type: 'array',
      items: {
        type: 'object',
        anyOf: [{ required: ['tel'] }, { required: ['sip'] }, { required: ['name'] }],
        properties: { type: { enum: ['person', 'bot', 'organization'] } },
      },
    },
    dialog: { type: 'array', minItems: 1, items: DIALOG },
    analysis: {
      type: 'array',
      items: {
        ...INLINE,
        required: ['type', 'vendor', 'dialog'],
        properties: { ...INLINE.properties, type: { enum: ['transcript', 'summary'] } },
      },
    },
    attachments: {
      type: 'array',
      items: {
        ...INLINE,
        required: ['start', 'party', 'dialog'],
        properties: { ...INLINE.properties, start: DATE, party: INDEX, dialog: INDEX },
      },
    },
  },
})

const line = (s: number, kind: CallLine['kind'], text: string): CallLine => ({
  callSid: 'CA1',
  customer: 'bright-smile',
  itemId: `i${s}`,
  kind,
  text,
  at: NOON + s * 1_000,
  revision: 1,
})

const SAID = [
  line(1, 'agent', 'Welcome'),
  line(3, 'caller', 'A table for two.'),
  line(4, 'key', '#'),
  { ...line(5, 'tool', 'book'), tool: { given: '{}', result: 'booked', failed: false } },
]

const callOf = (changes: Partial<CallSummary> = {}): CallSummary => ({
  callSid: 'CA1',
  customer: 'bright-smile',
  line: '+15005550006',
  direction: 'inbound',
  from: '+15550001111',
  to: '+15005550006',
  startedAt: NOON,
  endedAt: NOON + 9_000,
  endReason: 'caller-hung-up',
  agentVersion: '0123456789abcdef',
  model: 'gpt-realtime-2.1',
  owner: 'm1',
  epoch: 1,
  revision: 1,
  tags: [],
  turns: 1,
  latencySumMs: 640,
  latencyMaxMs: 640,
  bargeIns: 0,
  errors: 0,
  tokens: { textIn: 0, textCached: 0, textOut: 0, audioIn: 0, audioCached: 0, audioOut: 0 },
  costNano: 21_000_000,
  ...changes,
})

const wholeOf = (
  lines: readonly CallLine[],
  changes: Partial<CallSummary> = {},
  isConnected = true,
): WholeCall => ({
  call: callOf(changes),
  lines,
  moments: isConnected
    ? [{ callSid: 'CA1', part: 1, seq: 1, at: NOON + 400, kind: 'caller-connected', data: {} }]
    : [],
  messages: [],
})

/** A vCon as another program would read it; it is one. */
const read = (whole: WholeCall, recording?: Uint8Array<ArrayBuffer>) => {
  const value = vconOf({ whole, recording, recordingMs: 8_600, now: NOON + 60_000 })
  const text = JSON.stringify(value)
  const vcon = JSON.parse(text)
  expect([isVcon(vcon), isVcon.errors]).toEqual([true, null])
  return vcon
}

describe('a vCon', () => {
  test('has who talked, caller first', () => {
    const vcon = read(wholeOf(SAID))
    expect(vcon.parties).toEqual([
      { tel: '+15550001111', type: 'person' },
      { tel: '+15005550006', name: 'bright-smile', type: 'bot' },
    ])
    expect(vcon.created_at).toBe('2026-05-04T12:00:09.000Z')
    expect(vcon.subject).toBe('A call to +15005550006')
  })

  test('has the recording, a channel a party, and its transcript', () => {
    const vcon = read(wholeOf(SAID), new Uint8Array([255, 254, 253, 252]))
    expect(vcon.dialog).toEqual([{
      type: 'recording',
      start: '2026-05-04T12:00:00.400Z',
      duration: 8.6,
      parties: [0, 1],
      mediatype: 'audio/x-wav',
      filename: 'CA1.wav',
      encoding: 'base64url',
      body: '__79_A',
      party_history: [
        { party: 0, time: '2026-05-04T12:00:04.000Z', event: 'keydown', button: '#' },
      ],
    }])
    expect(vcon.analysis).toHaveLength(1)
    expect(vcon.analysis[0]).toMatchObject({ type: 'transcript', vendor: 'Tandem', dialog: 0 })
    expect(vcon.analysis[0].body.lines.map(({ text }: { text: string }) => text))
      .toEqual(['Welcome', 'A table for two.', '#', 'book'])
  })

  test('has the words as dialog where there is no recording', () => {
    const { dialog, analysis } = read(wholeOf(SAID))
    expect(dialog).toMatchObject([
      { type: 'text', parties: [1], mediatype: 'text/plain', encoding: 'none', body: 'Welcome' },
      { type: 'text', parties: [0], start: '2026-05-04T12:00:03.000Z', body: 'A table for two.' },
    ])
    expect(analysis[0].dialog).toEqual([0, 1])
  })

  test('has the summary, where one was written, beside the transcript', () => {
    const written = { callSid: 'CA1', customer: 'bright-smile', at: NOON + 9_500 }
    const asked = { summary: 'Wants a table.', outcome: 'booked', fields: { people: 2 } }
    const { analysis } = read({ ...wholeOf(SAID), summary: { ...written, ...asked } })
    expect(analysis.map(({ type }: { type: string }) => type)).toEqual(['transcript', 'summary'])
    expect(analysis[1]).toMatchObject({ schema: 'tandem-summary-1', body: asked })
    const without = read({ ...wholeOf(SAID), summary: { ...written, problem: 'too-late' } })
    expect(without.analysis).toHaveLength(1)
  })

  test('says who began a call that we placed, and names a browser', () => {
    const vcon = read(wholeOf([], { direction: 'outbound', to: 'client:alice' }))
    expect(vcon.parties[0]).toEqual({ name: 'client:alice', type: 'person' })
    expect(vcon.dialog).toEqual([
      {
        type: 'recording',
        start: '2026-05-04T12:00:00.400Z',
        duration: 8.6,
        parties: [0, 1],
        originator: 1,
      },
    ])
    expect(vcon.analysis).toBeUndefined()
  })

  test.each([
    ['not-answered', 'no-answer'],
    ['machine-answered', 'voicemail-no-message'],
    ['caller-hung-up', 'hung-up'],
    ['model-unreachable', 'failed'],
  ])('of a call that was never answered (%s) says so: %s', (endReason, disposition) => {
    const { dialog } = read(wholeOf([], { endReason }, false))
    expect(dialog).toMatchObject([{ type: 'incomplete', disposition }])
  })

  test('has a third party where a human spoke', () => {
    const { parties, dialog } = read(wholeOf([line(1, 'human', 'Reception.')]))
    expect(parties).toHaveLength(3)
    expect(dialog).toMatchObject([{ parties: [2] }])
  })

  test('has what happened and what it cost beside it', () => {
    const [{ body }] = read(wholeOf(SAID)).attachments
    expect(body).toMatchObject({
      call: { callSid: 'CA1', costUsd: 0.021, startedAt: '2026-05-04T12:00:00.000Z' },
      moments: [{ at: '2026-05-04T12:00:00.400Z', kind: 'caller-connected' }],
    })
  })

  test('has the same name each time, and another than any other call', () => {
    const uuid = read(wholeOf(SAID)).uuid
    expect(read(wholeOf([])).uuid).toBe(uuid)
    expect(read(wholeOf(SAID, { callSid: 'CA2' })).uuid).not.toBe(uuid)
    // As in version 7, the time is in front.
    expect(uuid.slice(0, 13)).toBe('019df2dc-0a00')
  })
})
