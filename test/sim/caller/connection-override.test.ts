import { describe, expect, test } from 'vitest'
import { connectionOverride } from '../../../src/sim/caller/connection-override.ts'

const read = (fragment: string) => {
  const { retries, retriesAfter } = connectionOverride(`https://h.test/voice${fragment}`)
  return { retries, retriesAfter: [...retriesAfter] }
}

describe('the fragment of a webhook', () => {
  test.each([
    ['', 1, ['ct']],
    ['#rc=0', 0, ['ct']],
    ['#rc=5&rp=all', 5, ['ct', 'rt', '4xx', '5xx']],
    ['#rc=2&rp=ct,5xx&e=dublin', 2, ['ct', '5xx']],
    ['#rp=4xx,rt', 1, ['rt', '4xx']],
  ])('%j asks for %d more attempts, after %j', (fragment, retries, retriesAfter) => {
    expect(read(fragment)).toEqual({ retries, retriesAfter })
  })

  test.each(['#rc=6', '#rc=-1', '#rc=many', '#rc=', '#rp=sometimes', '#rc=1.5'])(
    '%j is no value that Twilio knows, and counts as absent',
    (fragment) => expect(read(fragment)).toEqual({ retries: 1, retriesAfter: ['ct'] }),
  )
})
