import { describe, expect, test } from 'vitest'
import { writeWav } from '../../src/audio/wav.ts'
import { bundledConversation, oneRecording } from '../../src/cli/conversation.ts'
import type { ScriptStep } from '../../src/sim/caller/script.ts'
import { loadClips } from '../../src/sim/model/clips.ts'
import * as files from '../../src/runtime/files.ts'

const FIRST = { after: 'agent-silent', ms: 700 } as const

const saidBy = (step: ScriptStep) => 'say' in step ? step.say : undefined

describe('the bundled conversation', () => {
  test('has four turns, cuts in in the third, and ends by hanging up', async () => {
    const clips = await loadClips(files)
    const named = (step: ScriptStep) =>
      clips.find(({ sound }) => sound.pcm === saidBy(step))?.name ?? 'hangs up'
    const script = bundledConversation(clips, FIRST)
    expect(script.map((step) => ['after' in step && step.after, named(step)])).toEqual([
      ['agent-silent', 'caller-cleaning'],
      ['agent-silent', 'caller-insurance'],
      ['agent-starts', 'caller-wait'],
      ['agent-silent', 'caller-goodbye'],
      ['agent-silent', 'hangs up'],
    ])
    expect(script[4]).toEqual({ after: 'agent-silent', ms: 500, hangUp: true })
  })

  test('begins as it is told', async () => {
    const [first] = bundledConversation(await loadClips(files), { atMs: 500 })
    expect(first).toMatchObject({ atMs: 500 })
  })

  test('needs its clips', () => {
    expect(() => bundledConversation([], FIRST))
      .toThrow('no clip says "Hi, I would like to book a cleaning for Tuesday morning."')
  })
})

describe('one recording', () => {
  const pcm = Int16Array.from({ length: 2_400 }, (_, at) => at % 100)

  test('of 8 kHz is said as it is, then the caller listens and hangs up', () => {
    const script = oneRecording(writeWav({ sampleRateHz: 8_000, channels: [pcm] }), FIRST)
    expect(script).toEqual([
      { after: 'agent-silent', ms: 700, say: pcm },
      { after: 'agent-silent', ms: 1_500, hangUp: true },
    ])
  })

  test('of 24 kHz is said with a third of its samples', () => {
    const steady = new Int16Array(2_400).fill(1_000)
    const [step] = oneRecording(writeWav({ sampleRateHz: 24_000, channels: [steady] }), FIRST)
    const said = saidBy(step)
    expect(said).toHaveLength(800)
    expect(said?.[400]).toBe(1_000)
  })

  test('in stereo is said with its left channel', () => {
    const right = new Int16Array(pcm.length)
    const wav = writeWav({ sampleRateHz: 8_000, channels: [pcm, right] })
    expect(saidBy(oneRecording(wav, FIRST)[0])).toEqual(pcm)
  })

  test('of another rate cannot be played, and it says what to do', () => {
    const wav = writeWav({ sampleRateHz: 16_000, channels: [pcm] })
    expect(() => oneRecording(wav, FIRST)).toThrow(
      'the recording has 16000 Hz: give it 8000 or 24000, by sox in.wav -r 8000 out.wav',
    )
  })

  test('that is no WAV cannot be played', () => {
    expect(() => oneRecording(new Uint8Array(100), FIRST)).toThrow('Cannot read WAV')
  })
})
