import { describe, expect, test } from 'vitest'
import { createTrack } from '../../../src/sim/caller/track.ts'

const codes = (...bytes: number[]) => Uint8Array.from(bytes)

/** 1 2 3 at place 2, 4 5 right behind, 6 7 after a pause of one. */
const trackWithAPause = () => {
  const track = createTrack()
  track.append(codes(1, 2, 3), 2)
  track.append(codes(4, 5), 5)
  track.append(codes(6, 7), 8)
  return track
}

const readAll = (track: ReturnType<typeof createTrack>) => {
  const into = new Uint8Array(12)
  track.read(0, into)
  return [...into]
}

describe('a track', () => {
  test('is silent where no piece lies', () => {
    expect(readAll(trackWithAPause())).toEqual([255, 255, 1, 2, 3, 4, 5, 255, 6, 7, 255, 255])
  })

  test('can be read from any place', () => {
    const into = new Uint8Array(4)
    trackWithAPause().read(4, into)
    expect([...into]).toEqual([3, 4, 5, 255])
  })

  test('counts the audio before a place without its silences', () => {
    const track = trackWithAPause()
    expect([0, 2, 3, 5, 7, 8, 9, 10, 99].map(track.samplesBefore))
      .toEqual([0, 0, 1, 3, 5, 5, 6, 7, 7])
  })

  test('cut in the middle of a piece keeps what was before', () => {
    const track = trackWithAPause()
    expect(track.cut(6)).toBe(3)
    expect(track.end()).toBe(6)
    expect(readAll(track)).toEqual([255, 255, 1, 2, 3, 4, 255, 255, 255, 255, 255, 255])
    expect(track.samplesBefore(99)).toBe(4)
  })

  test('cut before all pieces leaves nothing', () => {
    const track = trackWithAPause()
    expect(track.cut(0)).toBe(7)
    expect(track.end()).toBe(0)
    expect(track.samplesBefore(99)).toBe(0)
  })

  test('cut after all pieces drops nothing', () => {
    expect(trackWithAPause().cut(10)).toBe(0)
  })

  test('refuses a piece that would lie on another', () => {
    expect(() => trackWithAPause().append(codes(8), 9))
      .toThrow('append() got place 9, but the track ends at 10')
  })
})
