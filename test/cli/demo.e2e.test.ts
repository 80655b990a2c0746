/** The demo as somebody runs it who has just cloned this: one process, one command, half a minute. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readWav } from '../../src/audio/wav.ts'
import type { CallReportSummary } from '../../src/cli/call-report.ts'
import { analyseTurns, type TurnReport } from '../../src/sim/caller/turns.ts'

type Ended = Readonly<{ code: number; out: string; err: string }>

/** Runs the program with nothing of this machine's environment but its path. */
const runDemo = (out: string): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH }
    const typed = ['src/main.ts', 'demo', '--json', '--out', out]
    const child = execFile('node', typed, { env }, (_, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err })
    })
  })

describe('tandem demo', () => {
  let folder: string
  let ended: Ended
  let report: CallReportSummary
  let turns: TurnReport
  let sounds: readonly Int16Array[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tandem-'))
    ended = await runDemo(join(folder, 'demo.wav'))
    report = JSON.parse(ended.out)
    const { sampleRateHz, channels } = readWav(await readFile(join(folder, 'demo.wav')))
    expect([sampleRateHz, channels.length]).toEqual([8000, 2])
    sounds = channels
    turns = analyseTurns({ sampleRateHz: 8000, channels: [channels[0], channels[1]] })
  }, 90_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('ends with 0, by the caller, with nothing to complain of', () => {
    expect(ended.code).toBe(0)
    expect(report).toMatchObject({ end: 'caller-hung-up', warnings: [] })
    expect(report.durationMs).toBeGreaterThan(15_000)
    expect(report.durationMs).toBeLessThan(60_000)
  })

  test('writes one JSON object to stdout and tells the story on stderr', () => {
    expect(ended.out.trimEnd().split('\n')).toHaveLength(1)
    expect(ended.err).toMatch(/A call to .*, on node \d/)
    expect(ended.err).toContain('the line is open')
    expect(ended.err).toContain('the caller cuts in')
    expect(ended.err).toContain('ended: caller-hung-up')
    expect(ended.err).not.toMatch(/ (warning|error) /)
  })

  test('records both voices, each on its side', () => {
    const { caller, agent } = turns
    // A short pause within a sentence may make two of one.
    expect(caller.length).toBeGreaterThanOrEqual(4)
    expect(agent.length).toBeGreaterThanOrEqual(4)
    for (const side of [caller, agent]) {
      const spokenMs = side.reduce((ms, { startMs, endMs }) => ms + endMs - startMs, 0)
      expect(spokenMs).toBeGreaterThan(5_000)
    }
    expect(sounds[0]).toHaveLength(sounds[1].length)
    expect(sounds[0].length / 8).toBeGreaterThan(15_000)
  })

  test('is greeted soon and answered each time, as the recording shows, too', () => {
    expect(report.firstAudioMs).toBeGreaterThanOrEqual(0)
    expect(report.firstAudioMs).toBeLessThan(2_000)
    expect(Math.abs((report.firstAudioMs ?? 0) - (turns.firstAgentAudioMs ?? NaN))).toBeLessThan(30)
    expect(report.answersMs.length).toBeGreaterThanOrEqual(3)
    for (const answerMs of report.answersMs) {
      expect(answerMs).toBeGreaterThan(200)
      expect(answerMs).toBeLessThan(4_000)
    }
    expect(report.answersMs).toEqual(turns.replies.map(({ latencyMs }) => latencyMs))
  })

  test('has one barge-in, and the service knows what was not heard', () => {
    expect(report.bargeIns).toHaveLength(1)
    const [{ atMs, unheardMs, believedUnheardMs }] = report.bargeIns
    expect(unheardMs).toBeGreaterThan(500)
    expect(Math.abs(unheardMs - believedUnheardMs)).toBeLessThan(100)
    const { overlaps } = turns
    const during = overlaps.filter(({ startMs, endMs }) => startMs < atMs && atMs < endMs + 60)
    expect(during).toHaveLength(1)
  })

  test('loses no frame on the way', () => {
    expect(report.frames.sent).toBeGreaterThan(700)
    expect(report.frames.received).toBe(report.frames.sent)
    const { sent, heard, cleared } = report.agentAudioMs
    expect(cleared).toBeGreaterThan(500)
    expect(heard + cleared).toBeGreaterThan(sent - 60)
    expect(heard + cleared).toBeLessThanOrEqual(sent)
  })

  test('writes down what both said, the cut sentence as far as it was heard', () => {
    const { transcript } = report
    const words = transcript.map(({ speaker, text }) => `${speaker}: ${text}`)
    expect(words[0]).toBe('agent: Thanks for calling Bright Smile. How can I help?')
    expect(words).toContain('caller: Hi, I would like to book a cleaning for Tuesday morning.')
    expect(words).toContain('caller: Sorry, one more thing. Do you take my insurance?')
    expect(words).toContain('caller: Wait, can we make it Thursday instead?')
    const cut = transcript.filter(({ heardMs }) => heardMs !== undefined)
    expect(cut).toHaveLength(1)
    expect('Yes, we work with most insurance plans. Please bring your card with you.')
      .toContain(cut[0].text)
    expect(cut[0].text.length).toBeLessThan(60)
  })
})
