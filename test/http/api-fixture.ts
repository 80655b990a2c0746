/** The API over a record with something in it, and whom its tokens are good for. */
import { createConfig, DEFAULT_SERVICE } from '../../src/config/config.ts'
import type { AppOptions } from '../../src/http/app.ts'
import type { RecordWrite } from '../../src/record/record.ts'
import { sha256 } from '../../src/runtime/hmac.ts'
import { NOON } from '../store/fixture.ts'
import { openRecord, openSqlite, writes } from '../store/record-fixture.ts'
import { createAppFixture, createTestConfig } from './app-fixture.ts'

export const CALL = 'CA0123456789abcdef0123456789abcdef'

/** The API over a record with something in it. */
export const createApi = async (
  kept: readonly RecordWrite[] = [],
  changes: Partial<AppOptions> = {},
) => {
  const record = await openRecord(openSqlite(':memory:'))
  record.write(kept)
  await record.flush()
  const operators = ['read', 'operate', 'admin'] as const
  const config = createConfig({
    ...DEFAULT_SERVICE,
    operators: operators.map((scope) => ({ name: scope, scope, sha256: sha256(`token-${scope}`) })),
  }, createTestConfig().customers)
  const removed: string[] = []
  const forgotten: string[] = []
  const removedLogs: string[] = []
  const { app, logged, clock, exchange } = createAppFixture({
    record,
    config: () => config,
    recordings: {
      find: (callSid) => Promise.resolve(callSid === CALL ? 'recordings/a.wav' : undefined),
      remove: (callSids) => Promise.resolve(removed.push(...callSids)),
    },
    messages: {
      forget: (number, callSids) =>
        Promise.resolve(forgotten.push(`${number} ${callSids.join(' ')}`)),
    },
    eventLogs: { remove: (callSids) => Promise.resolve(removedLogs.push(...callSids)) },
    sound: {
      state: () => Promise.resolve({ sizeBytes: 9, changedAt: 5_000.7 }),
      read: (_, from, to) =>
        Promise.resolve(
          new Response('the sound'.slice(from, to + 1)).body ?? new ReadableStream(),
        ),
    },
    ...changes,
  })
  const ask = async (path: string, token = 'token-read', init: RequestInit = {}) => {
    const response = await app.request(`/api/v1${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...init.headers,
      },
    })
    const type = response.headers.get('content-type')
    return {
      status: response.status,
      type,
      headers: response.headers,
      body: await (type?.endsWith('json') ? response.json() : response.text()),
    }
  }
  return { ask, record, logged, app, removed, removedLogs, forgotten, clock, exchange }
}

/** One call with all that can be kept of one. */
export const STORY: readonly RecordWrite[] = [
  writes.call({
    callSid: CALL,
    endedAt: NOON + 60_000,
    endReason: 'caller-hung-up',
    revision: 2,
  }),
  writes.part({
    callSid: CALL,
    firstAudioMs: 310,
    turns: 2,
    latencySumMs: 1_200,
    latencyMaxMs: 700,
    costNano: 21_000_000,
  }),
  writes.line({ callSid: CALL, itemId: 'i2', at: NOON + 4_000 }),
  {
    type: 'summary',
    summary: {
      callSid: CALL,
      customer: 'bright-smile',
      at: NOON + 63_000,
      summary: 'They want a table for two.',
      outcome: 'booked',
      fields: { people: 2 },
    },
  },
  writes.line({
    callSid: CALL,
    itemId: 'i1',
    kind: 'agent',
    text: 'Welcome',
    at: NOON + 1_000,
    heardMs: 500,
  }),
  {
    type: 'moment',
    moment: { callSid: CALL, part: 1, seq: 1, at: NOON + 400, kind: 'caller-connected', data: {} },
  },
  writes.event({ id: `msg_${CALL}_1_1`, callSid: CALL }),
]
