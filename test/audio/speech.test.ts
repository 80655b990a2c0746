import { expect, test } from 'vitest'
import { muLawEncode } from '../../src/audio/g711.ts'
import { createSpeechFinder } from '../../src/audio/speech.ts'

/** A tone in frames of 20 ms; `amplitude` of 32767. */
const frames = (ms: number, amplitude: number): readonly Uint8Array[] =>
  Array.from({ length: ms / 20 }, (_, frame) => {
    const pcm = Int16Array.from(
      { length: 160 },
      (_, at) => amplitude * Math.sin((frame * 160 + at) / 2),
    )
    const codes = new Uint8Array(160)
    muLawEncode(pcm, codes)
    return codes
  })

/** What is found in frames that follow each other, and after how many ms. */
const found = (...parts: (readonly Uint8Array[])[]) => {
  const finder = createSpeechFinder()
  return parts.flat().flatMap((codes, index) => {
    const what = finder.push(codes)
    return what === undefined ? [] : [[what, (index + 1) * 20]]
  })
}

const SPEECH = 6_000
const ROOM = 60

test('speech has begun when it was loud for 60 ms, and pauses after 600 ms of quiet', () => {
  expect(found(frames(200, ROOM), frames(400, SPEECH), frames(1_000, ROOM))).toEqual([
    ['began', 260],
    ['paused', 1_200],
  ])
})

test('a click is no speech, and a breath no pause', () => {
  expect(found(frames(40, SPEECH), frames(400, ROOM), frames(40, SPEECH), frames(900, ROOM)))
    .toEqual([])
  expect(found(frames(300, SPEECH), frames(580, ROOM), frames(300, SPEECH))).toEqual([
    ['began', 60],
  ])
})

test('a whisper is speech, and a noisy room is not', () => {
  // -38 dBFS and -48 dBFS.
  expect(found(frames(200, 580))).toEqual([['began', 60]])
  expect(found(frames(2_000, 180))).toEqual([])
})
