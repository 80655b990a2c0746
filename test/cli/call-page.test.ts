/** The page of a call: one file that asks nobody for anything, whatever callers have said. */
import { Parser } from 'htmlparser2'
import { describe, expect, test } from 'vitest'
import { alignLines } from '../../src/cli/call-page/align.ts'
import { envelopeOf } from '../../src/cli/call-page/envelope.ts'
import { callPage } from '../../src/cli/call-page/page.ts'
import { writeWav } from '../../src/audio/wav.ts'
import type { CallLine } from '../../src/record/record.ts'
import type { WholeCall } from '../../src/store/record-store.ts'

const NOON = Date.parse('2026-05-04T12:00:00Z')
const HOSTILE = `</script></style><script>alert(1)</script><img src=x onerror="alert('1')">"'&`

const lineOf = (itemId: string, s: number, kind: CallLine['kind'], text: string): CallLine => ({
  callSid: 'CA1',
  customer: 'bright-smile',
  itemId,
  kind,
  text,
  at: NOON + s * 1_000,
  revision: 1,
})

const wholeOf = (word: string, changes: Partial<WholeCall> = {}): WholeCall => ({
  call: {
    callSid: 'CA1',
    customer: word,
    line: word,
    direction: 'inbound',
    from: word,
    to: word,
    startedAt: NOON,
    endedAt: NOON + 10_000,
    endReason: 'caller-hung-up',
    cause: word,
    agentVersion: word,
    model: word,
    owner: word,
    epoch: 1,
    revision: 1,
    tags: [word],
    metadata: { [word]: word },
    firstAudioMs: 310,
    turns: 1,
    latencySumMs: 640,
    latencyMaxMs: 640,
    bargeIns: 1,
    errors: 0,
    tokens: { textIn: 1, textCached: 0, textOut: 1, audioIn: 1, audioCached: 0, audioOut: 1 },
    costNano: 21_500_000,
  },
  lines: [
    lineOf('a1', 1, 'agent', `Welcome ${word}`),
    lineOf('c1', 4, 'caller', word),
    { ...lineOf('a2', 5, 'agent', word), heardMs: 700 },
    { ...lineOf('t1', 6, 'tool', word), tool: { given: word, result: word, failed: true } },
    lineOf('k1', 7, 'key', word),
  ],
  moments: [
    { at: 400, kind: 'caller-connected', data: { epoch: 1 } },
    { at: 5_000, kind: 'agent-speaking', data: { latencyMs: 640 } },
    { at: 6_500, kind: 'tool-returned', data: { name: word, afterMs: 500, failed: true } },
    { at: 7_000, kind: 'barged-in', data: { unheardMs: 700 } },
    { at: 8_000, kind: 'model-complained', data: { problem: word } },
    { at: 8_500, kind: 'transferring', data: { destination: word } },
  ].map(({ at, ...moment }, seq) => ({ callSid: 'CA1', part: 1, seq, at: NOON + at, ...moment })),
  summary: {
    callSid: 'CA1',
    customer: word,
    at: NOON + 9_000,
    summary: `Wants ${word}`,
    outcome: word,
    fields: { people: 2, [word]: word },
  },
  messages: [{ id: 'm', callSid: 'CA1', customer: word, at: NOON, for: word, text: word }],
  ...changes,
})

/** A recording of eight seconds with somebody on a channel for a while: `[channel, from, to]` in seconds. */
const soundOf = (...voices: readonly (readonly [0 | 1, number, number])[]) => {
  const channels = [new Int16Array(128_000), new Int16Array(128_000)]
  for (const [channel, from, to] of voices) {
    for (let at = from * 8_000; at < to * 8_000; at++) {
      channels[channel][at] = 8_000 * Math.sin(at / 3)
    }
  }
  return writeWav({ sampleRateHz: 8_000, channels })
}

/** All elements of a page, as a browser would see them. */
const elementsOf = (page: string) => {
  const elements: { name: string; attributes: Record<string, string>; text: string }[] = []
  const open: typeof elements = []
  const parser = new Parser({
    onopentag: (name, attributes) => {
      const element = { name, attributes, text: '' }
      elements.push(element)
      open.push(element)
    },
    ontext: (text) => open.slice(-1).forEach((last) => last.text += text),
    onclosetag: () => void open.pop(),
  })
  parser.end(page)
  return elements
}

describe('the page of a call', () => {
  test('says what was said, when, and how the call went', async () => {
    const page = await callPage({ whole: wholeOf('x'), recording: undefined })
    expect(page).toContain('<h1>x called x</h1>')
    for (const fact of ['2026-05-04 12:00:00 UTC', '10 s', '0.31 s', '0.64 s', '$0.0215']) {
      expect(page).toContain(fact)
    }
    expect(page).toContain('Welcome x')
    expect(page).toContain('<p class="summary">Wants x</p>')
    expect(page).toContain('the caller cuts in; 0.70 s not heard')
    expect(page).toContain('title="The caller heard it as far as this."')
    expect(page).toContain('Drawn without a recording')
  })

  test.each([
    ['with a recording', soundOf([0, 1, 2])],
    ['without one', undefined],
  ])('%s holds what is hostile as text, and runs no script but its own', async (_, recording) => {
    const harmless = elementsOf(await callPage({ whole: wholeOf('x'), recording }))
    const hostile = elementsOf(await callPage({ whole: wholeOf(HOSTILE), recording }))
    const shapeOf = (elements: typeof hostile) =>
      elements.map(({ name, attributes }) => [name, ...Object.keys(attributes)])
    expect(shapeOf(hostile)).toEqual(shapeOf(harmless))
    expect(hostile.filter(({ name }) => name === 'img')).toEqual([])
    const said = hostile.filter(({ attributes }) => attributes.class === 'said')
    expect(said[1].text).toBe(HOSTILE)
  })

  test('lets its own script run by its hash, and nothing come from elsewhere', async () => {
    const elements = elementsOf(await callPage({ whole: wholeOf('x'), recording: soundOf() }))
    const policy =
      elements.find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy')
        ?.attributes.content ?? ''
    const scripts = elements.filter(({ name }) => name === 'script')
    expect(scripts).toHaveLength(1)
    const bytes = new TextEncoder().encode(scripts[0].text)
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toBase64()
    expect(policy).toContain(`default-src 'none'`)
    expect(policy).toContain(`script-src 'sha256-${hash}'`)
    const links = elements.flatMap(({ attributes: { src, href } }) => [src, href])
      .filter((link) => link !== undefined)
    expect(links.map((link) => link.slice(0, 22))).toEqual(['data:audio/wav;base64,'])
  })

  test('plays the recording that it was given, byte by byte', async () => {
    const recording = soundOf([0, 1, 2])
    const elements = elementsOf(await callPage({ whole: wholeOf('x'), recording }))
    const audio = elements.find(({ name }) => name === 'audio')?.attributes.src ?? ''
    expect(Uint8Array.fromBase64(audio.slice('data:audio/wav;base64,'.length))).toEqual(recording)
    expect(elements.filter(({ name }) => name === 'polygon')).toHaveLength(4)
  })

  test('draws where the recording is muted, as long as the words would take', async () => {
    const lines = [lineOf('1', 3.2, 'caller', 'One two'), lineOf('2', 8, 'caller', 'A [redacted]')]
    const whole = wholeOf('x', { lines, moments: [] })
    const page = await callPage({ whole, recording: soundOf([0, 1, 3]) })
    const drawn = elementsOf(page).filter(({ name }) => name === 'rect')
    // Once for the screen and once for paper.
    expect(drawn.map(({ attributes: { x, width } }) => [x, width]))
      .toEqual([['451.3', '48.7'], ['451.3', '48.7']])
    expect(page).toContain('<title>A [redacted]</title>')
    const framed = 'What is in a frame was said, and is not in the recording.'
    expect(page).toContain(framed)
    const heard = wholeOf('x', { lines: lines.slice(0, 1) })
    expect(await callPage({ whole: heard, recording: soundOf([0, 1, 3]) })).not.toContain(framed)
  })

  test('of a call of which no words are kept says so', async () => {
    const whole = wholeOf('x', { lines: [], moments: [], messages: [] })
    const page = await callPage({ whole, recording: undefined })
    expect(page).toContain('Of what was said nothing is kept.')
  })
})

describe('a line', () => {
  const places = (lines: readonly CallLine[], recording: Uint8Array) =>
    [...alignLines(lines, NOON, envelopeOf(recording)).values()]
      .map(({ ms }) => Math.round(ms / 100))

  test('of the caller begins where they began to speak, before it was written', () => {
    const sound = soundOf([0, 1, 2], [0, 2.5, 3], [0, 5, 6])
    expect(
      places([lineOf('1', 3.2, 'caller', 'One two'), lineOf('2', 6.1, 'caller', 'Three')], sound),
    )
      .toEqual([10, 50])
  })

  test('of the agent begins where it is heard, after it was asked for', () => {
    const sound = soundOf([1, 2, 3], [1, 6, 7])
    expect(places([lineOf('1', 1.5, 'agent', 'One'), lineOf('2', 4, 'agent', 'Two')], sound))
      .toEqual([20, 60])
  })

  test('shares its breath with the next by their lengths', () => {
    const sound = soundOf([1, 2, 6])
    expect(places([lineOf('1', 1, 'agent', 'abc'), lineOf('2', 1.1, 'agent', 'd')], sound))
      .toEqual([20, 50])
  })

  test('that is muted is placed by when it was told, and leaves the sound before and after it to others', () => {
    const sound = soundOf([0, 1, 2], [1, 3, 4], [1, 12, 13], [0, 14, 15])
    const lines = [
      lineOf('1', 2.6, 'caller', 'One'),
      lineOf('2', 2.8, 'agent', 'Two'),
      lineOf('3', 7, 'caller', '[card]'),
      lineOf('4', 7.5, 'agent', '[card], is that right?'),
      lineOf('5', 11.5, 'agent', 'Three'),
      lineOf('6', 15.5, 'caller', 'Four'),
    ]
    expect(places(lines, sound)).toEqual([10, 30, 66, 75, 120, 140])
  })

  test('stays where it was told without a recording, and ends there beside a silent one', () => {
    const lines = [lineOf('1', 3, 'caller', 'One')]
    expect(places(lines, soundOf())).toEqual([28])
    expect([...alignLines(lines, NOON, undefined).values()])
      .toEqual([{ ms: 3_000, isHeard: false }])
    expect(envelopeOf(new TextEncoder().encode('no recording'))).toBeUndefined()
  })
})
