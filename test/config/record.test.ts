import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse-config.ts'
import { problemsOf, warningsOf, withLines } from './sources.ts'

const customerOf = (more: string) => {
  const text = withLines(more)
  const parsed = parseConfig({
    customers: [{ path: 'customers/bright-smile.yaml', text }],
    readKnowledge: () => undefined,
  })
  if ('problems' in parsed) throw new Error(parsed.problems.map((it) => it.message).join('\n'))
  return parsed.config.customers[0]
}

const serviceOf = (text: string, hasVariable = (_: string) => true) => {
  const parsed = parseConfig({
    service: { path: 'tandem.yaml', text },
    customers: [{ path: 'customers/bright-smile.yaml', text: withLines('') }],
    readKnowledge: () => undefined,
    hasVariable,
  })
  return 'problems' in parsed ? parsed.problems.map((it) => it.message) : parsed.config.service
}

describe('record, redact and retention', () => {
  test('without them everything is kept, as it was said and for good', () => {
    const { record, redact, retention } = customerOf('')
    expect([record, redact, retention]).toEqual(['everything', undefined, {}])
  })

  test('an empty redact takes phone numbers, e-mail and cards out', () => {
    expect(customerOf('redact: {}\n').redact).toEqual({
      phones: true,
      emails: true,
      cards: true,
      words: [],
      patterns: [],
    })
  })

  test('times are days, weeks and years', () => {
    expect(customerOf('retention: { transcript: 12w, calls: 1y }\n').retention).toEqual({
      transcriptMs: 84 * 86_400_000,
      callsMs: 365 * 86_400_000,
    })
  })

  test('calls are recorded only by a file that says so, with a sentence if it has one', () => {
    expect(customerOf('').recording).toBe(undefined)
    expect(customerOf('recording: {}\n').recording).toEqual({})
    expect(
      customerOf('recording: { consent: This call is recorded. }\nretention: { audio: 30d }\n'),
    ).toMatchObject({
      recording: { consent: 'This call is recorded.' },
      retention: { audioMs: 30 * 86_400_000 },
    })
  })

  test('an event log is kept by a file that says so, for as long as it says', () => {
    expect(customerOf('record: noAudio\n')).toMatchObject({ record: 'noAudio', events: false })
    expect(customerOf('record: { events: true }\nretention: { events: 30d }\n')).toMatchObject({
      record: 'everything',
      events: true,
      retention: { eventsMs: 30 * 86_400_000 },
    })
    expect(customerOf('record: { level: noAudio, events: true }\n'))
      .toMatchObject({ record: 'noAudio', events: true })
  })

  test('mistakes of an event log are said at their place', () => {
    expect(problemsOf(withLines('record: { evnts: true }\n'))).toEqual([
      '5:11 unknown-key unknown key "evnts" in record > did you mean "events"?',
    ])
    expect(problemsOf(withLines('record: factsonly\n'))).toEqual([
      '5:9 invalid-value record must be everything, noAudio or factsOnly, got "factsonly" > did you mean "factsOnly"?',
    ])
    expect(problemsOf(withLines('record: { level: factsOnly, events: true }\n'))).toEqual([
      '5:29 key-without-effect record.events does nothing beside record.level: factsOnly: an event log has words > remove one of them',
    ])
    expect(problemsOf(withLines('record: { level: noAudio }\nrecording: {}\n'))).toEqual([
      '6:1 key-without-effect recording does nothing beside record: noAudio > remove one of them',
    ])
  })

  test('mistakes of a recording are said at their place', () => {
    expect(problemsOf(withLines('recording: { consnt: Hello. }\n'))).toEqual([
      '5:14 unknown-key unknown key "consnt" in recording > did you mean "consent"?',
    ])
    expect(problemsOf(withLines('recording: true\n'))).toEqual([
      '5:12 wrong-type recording must be a group of keys, got true',
    ])
    expect(problemsOf(withLines('record: noAudio\nrecording: {}\n'))).toEqual([
      '6:1 key-without-effect recording does nothing beside record: noAudio > remove one of them',
    ])
  })

  test('a caller whose words nobody writes down is warned of where words are redacted', () => {
    const lines = '  transcription: false\nrecording: {}\n'
    expect(warningsOf(withLines(lines))).toEqual([])
    expect(warningsOf(withLines(`${lines}redact: {}\n`))).toEqual([
      '5:18 caller-muted recordings will be without what the caller says: redact mutes what has no words > remove it, or remove redact or recording',
    ])
  })

  test('mistakes are said at their place', () => {
    expect(problemsOf(withLines('record: all\n'))).toEqual([
      '5:9 invalid-value record must be everything, noAudio or factsOnly, got "all"',
    ])
    expect(problemsOf(withLines('retention: { transcript: 30m }\n'))).toEqual([
      '5:26 invalid-value retention.transcript: write a time in days, weeks or years: 30d, 12w, 1y',
    ])
    expect(problemsOf(withLines('redact: { patterns: ["("] }\n'))).toEqual([
      '5:22 invalid-value redact.patterns[0]: this is no regular expression of JavaScript',
    ])
    expect(problemsOf(withLines('redact: { phone: true }\n'))).toEqual([
      '5:11 unknown-key unknown key "phone" in redact > did you mean "phones"?',
    ])
  })
})

describe('prices and operators of the service', () => {
  test('are taken', () => {
    const hash = 'a'.repeat(64)
    expect(serviceOf(`
prices: { surcharge: 1.1, tables: [{ from: "2027-01-01", twilioMinute: 0.02 }] }
operators: [{ name: front desk, sha256: ${hash} }]
`)).toMatchObject({
      prices: {
        surcharge: 1.1,
        tables: [{ from: '2027-01-01', models: {}, transcription: {}, twilioMinute: 0.02 }],
      },
      operators: [{ name: 'front desk', sha256: hash, scope: 'read' }],
    })
  })

  test('the API has limits', () => {
    expect(serviceOf('api: { wrongTokensPerMinute: 5, addressHeader: fly-client-ip }\n'))
      .toMatchObject({
        api: { requestsPerMinute: 600, wrongTokensPerMinute: 5, addressHeader: 'fly-client-ip' },
      })
    expect(serviceOf('api: { requestPerMinute: 5 }\n')).toEqual([
      'unknown key "requestPerMinute" in api',
    ])
  })

  test('mistakes are said', () => {
    expect(serviceOf('operators: [{ name: x, sha256: secret }]\n')).toEqual([
      'operators[0].sha256: write the SHA-256 of the token, 64 hex digits',
    ])
    expect(serviceOf('prices: { tables: [{ from: "1.1.2027" }] }\n')).toEqual([
      'prices.tables[0].from: write a day: 2027-01-31',
    ])
  })
})

describe('the storage of recordings', () => {
  const STORAGE = 'storage: { endpoint: "https://fly.storage.tigris.dev", bucket: tandem }\n'

  test('is taken, with what is seldom said otherwise', () => {
    expect(serviceOf(STORAGE)).toMatchObject({
      storage: {
        endpoint: 'https://fly.storage.tigris.dev',
        bucket: 'tandem',
        region: 'auto',
        prefix: 'recordings/',
      },
    })
    expect(serviceOf('capacity: 5\n')).not.toHaveProperty('storage')
  })

  test('needs its keys in the environment', () => {
    expect(serviceOf(STORAGE, (name) => name !== 'AWS_SECRET_ACCESS_KEY')).toEqual([
      'the storage needs AWS_SECRET_ACCESS_KEY, and the environment does not have it',
    ])
    expect(serviceOf('capacity: 5\n', () => false)).toMatchObject({ capacity: 5 })
  })

  test('mistakes are said', () => {
    expect(serviceOf('storage: { endpoint: tigris.dev, bucket: Tandem, prefix: /a }\n')).toEqual([
      'storage.endpoint: must be an http or https address',
      'storage.bucket: is no name of a bucket',
      'storage.prefix: has letters, digits and . _ - / only',
    ])
    expect(serviceOf('storage: { bucket: tandem }\n')).toEqual([
      expect.stringContaining('endpoint'),
    ])
    expect(serviceOf(STORAGE.replace('bucket', 'bukket'))).toContainEqual(
      expect.stringContaining('unknown key "bukket"'),
    )
  })
})
