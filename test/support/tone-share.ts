/** How much of a sound is one tone: its share of the energy, by Goertzel's filter. */

/** Between 0 and 1; silence before and after counts as part of the sound but has no energy. */
export const shareOfTone = (
  { sampleRateHz, pcm }: Readonly<{ sampleRateHz: number; pcm: Int16Array }>,
  frequencyHz: number,
): number => {
  const coefficient = 2 * Math.cos(2 * Math.PI * frequencyHz / sampleRateHz)
  const block = sampleRateHz / 50
  let tone = 0
  let all = 0
  for (let start = 0; start + block <= pcm.length; start += block) {
    let [before, last] = [0, 0]
    for (let at = start; at < start + block; at++) {
      all += pcm[at] * pcm[at]
      const next = pcm[at] + coefficient * last - before
      before = last
      last = next
    }
    tone += (before * before + last * last - coefficient * before * last) * 2 / block
  }
  return all === 0 ? 0 : tone / all
}
