/** `tandem simulate` as somebody types it, on each runtime: scenarios that come true, one that does not, one that makes no sense. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readWav } from '../../../src/audio/wav.ts'
import { systemClock } from '../../../src/clock.ts'
import * as files from '../../../src/runtime/files.ts'
import { runtime } from '../../../src/runtime/node.ts'
import { loadClips } from '../../../src/sim/model/clips.ts'
import { PARROT } from '../../../src/sim/model/scenario.ts'
import { startModelServer } from '../../../src/sim/model/server.ts'
import { type RuntimeName, RUNTIMES } from '../../support/servers.ts'

const CUSTOMER = `customer:
  customer: Bright Smile
  numbers: ["+15005550006"]
  agent:
    instructions: You answer the phone of a dental practice.
    greeting: Thanks for calling Bright Smile. How can I help?
`
const YES = `description: The caller says yes and hangs up.
${CUSTOMER}caller:
  - say: caller-yes
  - hangUp: true
model:
  turns:
    - say: Goodbye.
expect:
`

const SCENARIOS = {
  'true.yaml': `${YES}  transcript:
    - caller: "Yes, please"
    - agent: Goodbye
  silence: 2s
  ended: caller-hung-up
`,
  'false.yaml': `${YES}  transcript:
    - caller: "Yes, please"
    - agent: Good morning
  ended: caller-hung-up
`,
}

type Ended = Readonly<{ code: number; out: string; err: string }>

const simulate = (
  name: RuntimeName,
  typed: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ended> =>
  new Promise((resolve) => {
    const [command, ...flags] = RUNTIMES[name]
    const env = { PATH: process.env.PATH, ...variables }
    const all = [...flags, 'src/main.ts', 'simulate', ...typed]
    const child = execFile(command, all, { env }, (_, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err })
    })
  })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tandem-'))
  for (const [name, text] of Object.entries(SCENARIOS)) await writeFile(join(folder, name), text)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(['bun', 'deno', 'node'] as const)('tandem simulate on %s', (name) => {
  test('plays one that comes true, and keeps the recording', async () => {
    const { code, out, err } = await simulate(name, [
      join(folder, 'true.yaml'),
      '--record',
      join(folder, name),
    ])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^ {2}ok {7}true {4}\d\.\d\d s\n\n1 passed in \d+\.\d+ s\n$/)
    const { sampleRateHz, channels } = readWav(await readFile(join(folder, name, 'true.wav')))
    expect([sampleRateHz, channels.length]).toEqual([8000, 2])
    expect(channels[0].length).toBeGreaterThan(5 * 8000)
  })

  test('plays a folder, and ends with 1 when one of them does not come true', async () => {
    const { code, out } = await simulate(name, [folder, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      passed: 1,
      failed: 1,
      scenarios: [
        {
          name: 'false',
          ok: false,
          failures: [{
            key: 'expect.transcript[1]',
            line: 17,
            expected: 'agent says "Good morning"',
            got: 'nothing like it after the marked line',
          }],
        },
        { name: 'true', ok: true },
      ],
    })
  })

  test('ends with 2 and the place of the mistake when one makes no sense', async () => {
    const file = join(folder, 'broken.yml')
    await writeFile(file, YES.replace('  agent:', '  agnet:') + '  ended: caller-hung-up\n')
    const { code, out, err } = await simulate(name, [file])
    await rm(file)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(`${file}:5:3  error  unknown key "agnet"`)
    expect(err).toContain('hint: did you mean "agent"?')
  })
})

test('with --model openai it takes real time, and what the agent says is its own business', async () => {
  const model = await startModelServer({
    runtime,
    clock: systemClock,
    hostname: '127.0.0.1',
    port: 0,
    scenario: PARROT,
    clips: await loadClips(files),
  })
  const { code, out } = await simulate('node', [folder, '--model', 'openai', '--json'], {
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: model.url,
  })
  const sessions = model.sessions.length
  await model.stop()
  expect(sessions).toBe(2)
  const { scenarios, tookMs } = JSON.parse(out)
  expect(scenarios).toMatchObject([{ name: 'false', ok: true }, { name: 'true', ok: true }])
  expect(tookMs).toBeGreaterThan(5_000)
  // The one that wants other words of the agent comes true, too.
  expect(code).toBe(0)
})

test('without a key there is no real model', async () => {
  const { code, err } = await simulate('node', [folder, '--model', 'openai'])
  expect([code, err]).toEqual([2, 'OPENAI_API_KEY is not set, and --model openai needs it\n'])
})

test('a folder without scenarios says so', async () => {
  const { code, err } = await simulate('node', ['docs'])
  expect([code, err]).toEqual([
    2,
    'no scenario in docs: write one, docs/scenarios.md has an example\n',
  ])
})
