import { describe, expect, test } from 'vitest'
import { clip, createListenedCall, type ListenedCallOptions } from '../../support/listened-call.ts'

const QUESTION = 'Of course. Tuesday at half past nine is free. Shall I book it for you?'
const YES = 'Yes, please.'
const BYE = 'Goodbye.'

const MODELS = ['gpt-transcribe', 'gpt-live-transcribe'] as const

/** The human asks, the caller says yes; the question takes 4.4 s or so. */
const ask = (options: ListenedCallOptions = {}) => {
  const listened = createListenedCall(options)
  const { clock, fork } = listened
  clock.advance(500)
  const question = fork.say('outbound', clip(QUESTION))
  clock.advance(question.endMs - fork.nowMs() + 300)
  const yes = fork.say('inbound', clip(YES))
  clock.advance(yes.endMs - fork.nowMs())
  return { ...listened, question, yes }
}

describe.each(MODELS)('a call between humans, written down by %s', (model) => {
  const settings = { model, languages: ['en'] }

  test('is told with both speakers, in the order in which they spoke', () => {
    const { clock, said, lines, question, yes } = ask({ settings })
    clock.advance(3_000)
    expect(said()).toEqual([`human: ${QUESTION}`, `caller: ${YES}`])
    const [first, second] = lines()
    // A turn begins up to 300 ms before its first sound: turn detection pads it.
    expect(first.atMs).toBeGreaterThan(question.startMs - 320)
    expect(first.atMs).toBeLessThan(question.startMs + 200)
    expect(second.atMs).toBeGreaterThan(yes.startMs - 320)
    expect(second.atMs).toBeLessThan(yes.startMs + 200)
  })

  test('keeps that order when the transcriber of the first is late', () => {
    // The sessions are opened for the caller first.
    const { clock, said, reports } = ask({
      settings,
      scenario: (session) => ({ transcriptionDelayMs: session === 1 ? 3_000 : 100 }),
    })
    clock.advance(1_500)
    expect(said()).toEqual([])
    clock.advance(3_000)
    expect(said()).toEqual([`human: ${QUESTION}`, `caller: ${YES}`])
    expect(reports.map(({ type }) => type)).toEqual(['listening', 'line', 'line'])
  })

  test('hears again what a transcriber that broke had not written down', () => {
    const { clock, said, sessions, told, lines, question } = ask({
      settings,
      scenario: (session) => ({ transcriptionDelayMs: session < 2 ? 5_000 : 100 }),
    })
    sessions[1].tear()
    sessions[0].tear()
    clock.advance(8_000)
    expect(said()).toEqual([`human: ${QUESTION}`, `caller: ${YES}`])
    expect(told()).toEqual([
      'listening',
      'transcriber-interrupted',
      'transcriber-interrupted',
      'transcriber-resumed',
      'transcriber-resumed',
      'line',
      'line',
    ])
    expect(lines()[0].atMs).toBeGreaterThan(question.startMs - 400)
    expect(lines()[0].atMs).toBeLessThan(question.startMs + 200)
  })

  test('loses no word that is said before the transcriber is there', () => {
    const { clock, said } = ask({ settings, scenario: (session) => session < 6 ? undefined : {} })
    clock.advance(6_000)
    expect(said()).toEqual([`human: ${QUESTION}`, `caller: ${YES}`])
  })

  test('is written down to its last word, and ends then', () => {
    const { clock, fork, said, reports, sessions } = ask({ settings })
    fork.end()
    clock.advance(4_000)
    expect(said()).toEqual([`human: ${QUESTION}`, `caller: ${YES}`])
    expect(reports.at(-1)).toMatchObject({
      type: 'ended',
      reason: 'call-ended',
      lines: 2,
      droppedMs: 0,
    })
    expect(sessions.map((session) => session.isOpen())).toEqual([false, false])
    clock.advance(60_000)
    expect(reports.filter(({ type }) => type === 'ended')).toHaveLength(1)
  })
})

test('the transcriber is set up for the phone, and cuts the turns where it can', () => {
  const { sessions, clock } = createListenedCall({
    settings: { model: 'gpt-transcribe', languages: ['pt', 'en'] },
  })
  clock.advance(200)
  expect(sessions).toHaveLength(2)
  for (const session of sessions) {
    expect(session.settings().audio.input).toMatchObject({
      format: { type: 'audio/pcmu' },
      noise_reduction: { type: 'near_field' },
      transcription: { model: 'gpt-transcribe', languages: ['pt', 'en'] },
      turn_detection: { type: 'server_vad', prefix_padding_ms: 300, silence_duration_ms: 500 },
    })
    expect(session.record.errors).toEqual([])
  }
})

test('a long speech is written down piece by piece where the turns are cut here', () => {
  const { clock, fork, lines, sessions } = createListenedCall({
    settings: { model: 'gpt-live-transcribe' },
  })
  const speech = Int16Array.from({ length: 8 * 35_000 }, (_, at) => 6_000 * Math.sin(at / 2))
  fork.say('inbound', speech)
  clock.advance(38_000)
  expect(lines().map(({ speaker, text }) => [speaker, text])).toEqual([
    ['caller', '(15.0 s of speech)'],
    ['caller', '(15.0 s of speech)'],
    ['caller', expect.stringMatching(/^\([45]\.\d s of speech\)$/)],
  ])
  expect(sessions[0].record.errors).toEqual([])
})

test('what was too soft to be taken for speech is given to the transcriber all the same', () => {
  const { clock, fork, reports, sessions } = createListenedCall({
    settings: { model: 'gpt-live-transcribe' },
  })
  clock.advance(2_000)
  fork.end()
  clock.advance(4_000)
  const commits = sessions.map(({ record }) => record.received['input_audio_buffer.commit'])
  expect(commits).toEqual([1, 1])
  expect(sessions.flatMap(({ record }) => record.errors)).toEqual([])
  expect(reports.at(-1)).toMatchObject({ type: 'ended', lines: 0 })
})

describe('whatever fails', () => {
  test('nothing is said to Twilio, and the stream is left open', () => {
    const { clock, fork, sessions } = ask({ scenario: () => undefined })
    clock.advance(30_000)
    expect(sessions).toEqual([])
    expect(fork.received).toEqual([])
    expect(fork.isOpen()).toBe(true)
  })

  test('a server that stays away is asked ever more rarely', () => {
    const { clock, urls } = createListenedCall({ scenario: () => undefined })
    clock.advance(600_000)
    // Two speakers, in ten minutes.
    expect(urls.length).toBeGreaterThan(30)
    expect(urls.length).toBeLessThan(80)
  })

  test('a transcriber that takes another audio format is told once, and not tried again', () => {
    const { clock, told, urls, fork } = createListenedCall({
      scenario: () => ({ wrongFormat: true }),
    })
    clock.advance(30_000)
    expect(told()).toEqual(['listening', 'transcriber-lost', 'transcriber-lost'])
    expect(urls).toHaveLength(2)
    expect(fork.isOpen()).toBe(true)
  })

  test('a stream that breaks ends the transcript, with what was said until then', () => {
    const { clock, twilio, said, reports } = ask()
    twilio.terminate()
    clock.advance(4_000)
    expect(said()).toEqual([`human: ${QUESTION}`, `caller: ${YES}`])
    expect(reports.at(-1)).toMatchObject({ type: 'ended', reason: 'stream-lost' })
  })

  test('a call that ends while the transcriber is away does not wait for it for ever', () => {
    const { clock, fork, reports } = ask({ scenario: () => undefined })
    fork.end()
    clock.advance(9_000)
    expect(reports.at(-1)).toMatchObject({ type: 'ended', reason: 'call-ended', lines: 0 })
  })

  test('a line of one does not wait for the other whose transcriber is gone', () => {
    const { clock, said, sessions, fork } = createListenedCall({
      scenario: (session) => session > 1 ? undefined : {},
    })
    clock.advance(500)
    fork.say('outbound', clip(QUESTION))
    clock.advance(1_000)
    sessions[1].tear()
    fork.say('inbound', clip(BYE))
    clock.advance(3_000)
    expect(said()).toEqual([`caller: ${BYE}`])
  })
})
