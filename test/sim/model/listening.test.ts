import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64Encode } from '../../../src/audio/base64.ts'
import { clipOfText } from '../../../src/sim/model/clips.ts'
import { hum, syllablesIn } from '../../../src/sim/model/hum.ts'
import { createInputAudio } from '../../../src/sim/model/input-audio.ts'
import { speechIn } from '../../../src/sim/model/levels.ts'
import { transcribe } from '../../../src/sim/model/recognition.ts'
import {
  decodeSound,
  encodeSound,
  type Sound,
  soundMs,
  toRate,
} from '../../../src/sim/model/sound.ts'
import { createTurnDetector } from '../../../src/sim/model/turn-detector.ts'
import { clips } from './bundled.ts'
import { tone } from './client.ts'

const VAD = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  idle_timeout_ms: null,
  create_response: true,
  interrupt_response: true,
} as const

const noise = (ms: number, amplitude: number): Int16Array => {
  let seed = 12345
  return Int16Array.from({ length: ms * 8 }, () => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return Math.round((seed / 1073741824 - 1) * amplitude)
  })
}

/** A sound as it comes over a bad line: later, at another volume, with noise, through mu-law. */
const overTheLine = ({ pcm }: Sound, lateMs: number, gain: number): Sound => {
  const line = noise(lateMs + pcm.length / 8 + 500, 15)
  for (let i = 0; i < pcm.length; i++) line[lateMs * 8 + i] += pcm[i] * gain
  const codes = encodeSound({ sampleRateHz: 8000, pcm: line }, { type: 'audio/pcmu' })
  return toRate({ sampleRateHz: 8000, pcm: decodeSound(codes, { type: 'audio/pcmu' }) }, 24000)
}

describe('transcribe()', () => {
  it.each(clips.map(({ name, ...clip }) => [name, clip] as const))(
    'recognises %s over a bad line',
    (_name, clip) => {
      expect(transcribe(overTheLine(clip.sound, 313, 1), clips)).toBe(clip.text)
      expect(transcribe(overTheLine(clip.sound, 40, 0.4), clips)).toBe(clip.text)
      expect(transcribe(overTheLine(clip.sound, 7, 1.4), clips)).toBe(clip.text)
    },
  )

  it('says how long speech was that it does not know', () => {
    expect(transcribe(tone(2400), clips)).toBe('(2.4 s of speech)')
    expect(transcribe(clips[0].sound, [])).toBe('(1.8 s of speech)')
    expect(transcribe(hum(clips[0].text), clips)).toMatch(/^\(\d\.\d s of speech\)$/)
  })

  it('hears nothing in silence', () => {
    expect(transcribe({ sampleRateHz: 8000, pcm: noise(2000, 15) }, clips)).toBe('')
  })
})

describe('the bundled clips', () => {
  it('are speech at -20 dBFS, under 1 MB in all', () => {
    for (const { sound, name } of clips) {
      const power = sound.pcm.reduce((sum, sample) => sum + sample ** 2, 0) / sound.pcm.length
      expect(10 * Math.log10(power / 32768 ** 2), name).toBeCloseTo(-20.4, 0)
    }
    expect(clips.reduce((bytes, { sound }) => bytes + sound.pcm.byteLength, 0)).toBeLessThan(
      1_000_000,
    )
  })

  it('are found by their text, whatever its case and punctuation', () => {
    expect(clipOfText(clips, 'good evening – casa do mar! How can I help you')?.name).toBe(
      'agent-casa-do-mar',
    )
    expect(clipOfText(clips, 'Good evening.')).toBe(undefined)
  })
})

describe('hum()', () => {
  it('has a note for every syllable', () => {
    expect(['Hi', 'banana', 'strengths', 'Olá', 'éléphant', '2026', '—'].map(syllablesIn)).toEqual([
      1,
      3,
      1,
      2,
      3,
      4,
      1,
    ])
  })

  it('takes as long as the words and the pauses between them', () => {
    expect(soundMs(hum('Hi there. Bye.'))).toBe(170 + 40 + 2 * 170 + 260 + 170 + 260)
    expect(soundMs(hum(''))).toBe(170)
  })

  it('is soft, and heard by a turn detector', () => {
    const { pcm } = hum('Thank you for calling.')
    expect(Math.max(...pcm)).toBeLessThan(4000)
    expect(createTurnDetector({ settings: VAD, sampleRateHz: 8000, fromMs: 0 }).push(pcm)).toEqual([
      { kind: 'speech-started', atMs: 0 },
    ])
  })
})

describe('createTurnDetector()', () => {
  const spoken = new Int16Array(8 * 3000)
  spoken.set(tone(800).pcm, 8 * 1000)

  it('finds where speech begins and when it was silent for long enough', () => {
    expect(createTurnDetector({ settings: VAD, sampleRateHz: 8000, fromMs: 0 }).push(spoken))
      .toEqual([
        { kind: 'speech-started', atMs: 1000 },
        { kind: 'speech-stopped', atMs: 2300 },
      ])
  })

  it('hears the same however the audio is cut', () => {
    const whole = createTurnDetector({ settings: VAD, sampleRateHz: 8000, fromMs: 0 }).push(spoken)
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), (cuts) => {
      const detector = createTurnDetector({ settings: VAD, sampleRateHz: 8000, fromMs: 0 })
      const heard = []
      for (let from = 0, at = 0; from < spoken.length; at++) {
        const part = spoken.subarray(from, from + cuts[at % cuts.length])
        heard.push(...detector.push(part))
        from += part.length
      }
      expect(heard).toEqual(whole)
    }))
  })

  it('does not take a click for speech', () => {
    const click = new Int16Array(8 * 1000)
    click.set(tone(20).pcm, 4000)
    expect(createTurnDetector({ settings: VAD, sampleRateHz: 8000, fromMs: 0 }).push(click))
      .toEqual([])
  })

  it('needs louder speech with a higher threshold', () => {
    const quiet = spoken.map((sample) => sample / 10)
    const hears = (threshold: number) =>
      createTurnDetector({ settings: { ...VAD, threshold }, sampleRateHz: 8000, fromMs: 0 }).push(
        quiet,
      ).length > 0
    expect([hears(0.1), hears(0.5), hears(0.9)]).toEqual([true, true, false])
  })
})

describe('speechIn()', () => {
  it('cuts the silence away, but for a margin', () => {
    const sound: Sound = { sampleRateHz: 8000, pcm: new Int16Array(8 * 2000) }
    sound.pcm.set(tone(500).pcm, 8 * 600)

    expect(soundMs(speechIn(sound))).toBe(500)
    expect(soundMs(speechIn(sound, 40, 100))).toBe(640)
  })
})

describe('createInputAudio()', () => {
  const appended = (keepAll: boolean) => {
    const input = createInputAudio({ type: 'audio/pcmu' }, keepAll)
    for (let second = 0; second < 10; second++) {
      input.append(base64Encode(new Uint8Array(8000).fill(0x80 + second)))
    }
    input.forgetBefore(7000)
    return input
  }

  it('knows its audio by time, also after it let go of the beginning', () => {
    const input = appended(false)

    expect(input.writtenMs()).toBe(10_000)
    expect(soundMs(input.cut(0, 10_000))).toBe(3000)
    expect(encodeSound(input.cut(8000, 8001), { type: 'audio/pcmu' })).toEqual(
      new Uint8Array(8).fill(0x88),
    )
  })

  it('keeps everything when it is told to', () => {
    expect(soundMs(appended(true).cut(0, 10_000))).toBe(10_000)
  })
})
