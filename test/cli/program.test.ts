import { afterEach, describe, expect, test } from 'vitest'
import { writeWav } from '../../src/audio/wav.ts'
import { renderJsonSchema } from '../../src/config/schema/json-schema.ts'
import * as files from '../../src/runtime/files.ts'
import { VERSION } from '../../src/version.ts'
import { runtime } from '../runtime/current.ts'
import { until } from '../support/servers.ts'
import { createFolder, createProgram } from './program-fixture.ts'

const CUSTOMER = `customer: Bright Smile Dental
numbers: ["+15005550006"]
agent:
  instructions: You answer the phone.
`
const BROKEN = CUSTOMER.replace('instructions:', 'instructoins:')

let leftovers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clear of leftovers) await clear()
  leftovers = []
})

const folderOf = async (texts: Readonly<Record<string, string>>) => {
  const { folder, remove } = await createFolder(texts)
  leftovers.push(remove)
  return folder
}

/** An environment in which the service can start, on a free port and with the built-in model. */
const environment = async (customer = CUSTOMER) => {
  const folder = await folderOf({ 'config/customers/bright-smile.yaml': customer })
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    TANDEM_CONFIG: `${folder}/config`,
    TANDEM_DATA: `${folder}/data`,
    folder,
  }
}

/** A port where nobody listens. */
const freePort = async () => {
  const fetch = () => new Response()
  const { port, stop } = await runtime.serve({ hostname: '127.0.0.1', port: 0, fetch })
  await stop()
  return String(port)
}

const COMMANDS = [
  'serve',
  'check',
  'call',
  'dial',
  'demo',
  'messages',
  'knowledge',
  'simulate',
  'schema',
  'calls',
  'costs',
  'forget',
  'replay',
  'outbox',
  'migrate',
]

describe('tandem', () => {
  test('--version tells which one this is', async () => {
    const { run, out } = createProgram()
    expect(await run('--version')).toBe(0)
    expect(out).toEqual([VERSION])
  })

  test('--help names every command', async () => {
    const { run, out, err } = createProgram()
    expect(await run('--help')).toBe(0)
    const named = out.join('\n').matchAll(/^ {2}(\w+) .*(?:\n {3,}.*)*/gm)
    expect([...named].map(([, name]) => name).filter((name) => name !== 'help'))
      .toEqual(COMMANDS)
    expect(err).toEqual([])
  })

  const groups = ['knowledge', 'calls']
  const inGroups = ['knowledge search', 'calls list', 'calls show', 'calls tag', 'calls export']

  test.each([...COMMANDS.filter((name) => !groups.includes(name)), ...inGroups])(
    '%s has --help and --json',
    async (command) => {
      const { run, out } = createProgram()
      expect(await run(...command.split(' '), '--help')).toBe(0)
      expect(out.join('\n')).toContain(`Usage: tandem ${command}`)
      expect(out.join('\n')).toMatch(/^ {2}--json /m)
    },
  )

  test.each([
    ['no command', [], 'Usage: tandem'],
    ['an unknown command', ['frobnicate'], "error: unknown command 'frobnicate'"],
    ['an unknown option', ['serve', '--loud'], "error: unknown option '--loud'"],
    ['too much', ['check', 'one', 'two'], "error: too many arguments for 'check'"],
    ['a length that is none', ['call', '--seconds', 'soon'], 'It must be a number above 0.'],
    ['a length of nothing', ['call', '--seconds', '0'], 'It must be a number above 0.'],
  ])('with %s says what is wrong and ends with 2', async (_, typed, message) => {
    const { run, out, err } = createProgram()
    expect(await run(...typed)).toBe(2)
    expect(err.join('\n')).toContain(message)
    expect(out).toEqual([])
  })
})

describe('tandem check', () => {
  test('shows who answers and ends with 0', async () => {
    const { TANDEM_CONFIG } = await environment()
    const { run, out, err } = createProgram({ TANDEM_CONFIG })
    expect(await run('check')).toBe(0)
    expect(out).toEqual([
      '+15005550006  Bright Smile Dental  gpt-realtime-2.1  marin  pcm',
      '',
      'ok',
    ])
    expect(err).toEqual([])
  })

  test('shows a mistake at its place and ends with 2', async () => {
    const { TANDEM_CONFIG } = await environment(BROKEN)
    const { run, out } = createProgram()
    expect(await run('check', TANDEM_CONFIG)).toBe(2)
    expect(out.join('\n')).toContain('customers/bright-smile.yaml:4:3  error  ')
    expect(out.join('\n')).toContain('  4 |   instructoins: You answer the phone.')
  })

  test('--json says the same to a program', async () => {
    const { TANDEM_CONFIG } = await environment()
    const well = createProgram({ TANDEM_CONFIG })
    expect(await well.run('check', '--json')).toBe(0)
    expect(well.out).toHaveLength(1)
    expect(JSON.parse(well.out[0])).toEqual({
      lines: [{
        number: '+15005550006',
        customer: 'bright-smile',
        name: 'Bright Smile Dental',
        version: expect.stringMatching(/^[0-9a-f]{16}$/),
        model: 'gpt-realtime-2.1',
        voice: 'marin',
        audio: 'pcm',
      }],
      problems: [],
      warnings: [],
    })
  })

  test('--json says whether a line is open, and when that changes', async () => {
    const { TANDEM_CONFIG } = await environment(`customer: Bright Smile Dental
numbers: ["+15005550006"]
listen: { dial: "+15005550100" }
hours: { timezone: UTC, open: { mon-sun: ["00:00-24:00"] }, holidays: [{ date: "1999-12-31" }] }
`)
    const { run, out } = createProgram({ TANDEM_CONFIG })
    expect(await run('check', '--json')).toBe(0)
    expect(JSON.parse(out[0]).lines).toEqual([{
      number: '+15005550006',
      customer: 'bright-smile',
      name: 'Bright Smile Dental',
      version: expect.stringMatching(/^[0-9a-f]{16}$/),
      listen: { dial: '+15005550100', model: 'gpt-transcribe' },
      hours: { isOpen: true },
    }])
  })

  test('--json gives a mistake its place, too', async () => {
    const { TANDEM_CONFIG } = await environment(BROKEN)
    const broken = createProgram({ TANDEM_CONFIG })
    expect(await broken.run('check', '--json')).toBe(2)
    const { lines, problems } = JSON.parse(broken.out[0])
    expect(lines).toEqual([])
    expect(problems).toContainEqual(expect.objectContaining({
      file: `${TANDEM_CONFIG}/customers/bright-smile.yaml`,
      line: 4,
      column: 3,
      severity: 'error',
    }))
  })

  test('of a folder that is not there ends with 2', async () => {
    const { run, out } = createProgram()
    expect(await run('check', '/nowhere/at/all')).toBe(2)
    expect(out.join('\n')).toContain('/nowhere/at/all/customers')
  })
})

describe('tandem messages', () => {
  const line = (customer: string, takenAt: string) =>
    JSON.stringify({
      takenAt,
      customer,
      callSid: 'CA1',
      from: '+15550001111',
      name: 'Ana',
      number: '+15550002222',
      message: 'Please call back.\nIt is about the bill.',
      urgent: customer === 'casa-do-mar',
      fields: { order: '17' },
    })

  const withMessages = async () => {
    const folder = await folderOf({
      'messages/bright-smile.jsonl': `${line('bright-smile', '2026-11-25T10:00:00.000Z')}\n{"ta`,
      'messages/casa-do-mar.jsonl': `${line('casa-do-mar', '2026-11-25T09:00:00.000Z')}\n`,
    })
    return createProgram({ TANDEM_DATA: folder })
  }

  test('lists what callers left, oldest first, and says what it cannot read', async () => {
    const { run, out, err } = await withMessages()
    expect(await run('messages')).toBe(0)
    expect(out).toEqual([
      '2026-11-25 09:00 UTC  casa-do-mar  Ana, +15550002222  URGENT',
      '  Please call back.',
      '  It is about the bill.',
      '  order: 17',
      '2026-11-25 10:00 UTC  bright-smile  Ana, +15550002222',
      '  Please call back.',
      '  It is about the bill.',
      '  order: 17',
    ])
    expect(err).toEqual(['1 lines cannot be read'])
  })

  test('lists those of one customer, as JSON if asked for', async () => {
    const { run, out } = await withMessages()
    expect(await run('messages', '--customer', 'casa-do-mar', '--json')).toBe(0)
    expect(JSON.parse(out.join('\n'))).toEqual({
      messages: [JSON.parse(line('casa-do-mar', '2026-11-25T09:00:00.000Z'))],
      unreadable: 0,
    })
  })

  test('says that there are none', async () => {
    const { run, out } = createProgram({ TANDEM_DATA: await folderOf({}) })
    expect(await run('messages', '--customer', '../../etc/passwd')).toBe(0)
    expect(out).toEqual(['no messages'])
  })
})

describe('tandem schema', () => {
  test('prints the schema that editors use', async () => {
    const { run, out } = createProgram()
    expect(await run('schema')).toBe(0)
    expect(`${out.join('\n')}\n`).toBe(renderJsonSchema())
    expect(JSON.parse(out.join('\n'))).toHaveProperty('$schema')
  })

  test('--write puts it into a file', async () => {
    const folder = await folderOf({})
    const { run, out } = createProgram()
    expect(await run('schema', '--write', `${folder}/new/schema.json`)).toBe(0)
    expect(await files.read(`${folder}/new/schema.json`)).toBe(renderJsonSchema())
    expect(out).toEqual([])
  })
})

describe('tandem call', () => {
  test('says so when nothing answers, and ends with 1', async () => {
    const variables = { ...await environment(), PORT: await freePort() }
    const { run, out, err } = createProgram(variables)
    expect(await run('call')).toBe(1)
    expect(err).toEqual([
      `nothing answers at http://127.0.0.1:${variables.PORT}: ` +
      'start `tandem serve` first, or try `tandem demo`',
    ])
    expect(out).toEqual([])
  })

  test('calls where it is told, with or without a slash', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const { run, err } = createProgram(await environment())
    expect(await run('call', '--url', `${url}/`)).toBe(1)
    expect(err[0]).toContain(`nothing answers at ${url}: `)
  })

  test('has nobody to call without a configuration, and ends with 2', async () => {
    const { run, err } = createProgram(await environment(BROKEN))
    expect(await run('call')).toBe(2)
    expect(err).toEqual([
      'no number to call: give --to, or a configuration that `tandem check` likes',
    ])
  })

  test('ends with 2 when there is nothing to play', async () => {
    const { run, err } = createProgram(await environment())
    expect(await run('call', '--audio', '/nowhere/words.wav')).toBe(2)
    expect(err).toEqual([expect.stringMatching(/^cannot play \/nowhere\/words\.wav: .*ENOENT/)])
  })

  test('ends with 2 when the recording has a rate it cannot play', async () => {
    const variables = await environment()
    const wav = writeWav({ sampleRateHz: 44_100, channels: [new Int16Array(441)] })
    await files.write(`${variables.folder}/words.wav`, wav)
    const { run, err } = createProgram(variables)
    expect(await run('call', '--audio', `${variables.folder}/words.wav`)).toBe(2)
    expect(err[0]).toContain('the recording has 44100 Hz: give it 8000 or 24000')
  })

  test('ends with 2 when the environment makes no sense', async () => {
    const { run, err } = createProgram({ PORT: 'http' })
    expect(await run('call')).toBe(2)
    expect(err).toEqual(['PORT is no port number: http'])
  })
})

describe('tandem serve', () => {
  test('prints one line when it listens, answers, and stops when it is told to', async () => {
    const { run, out, err, stop } = createProgram(await environment())
    expect(await run('serve')).toBe(0)
    expect(out).toHaveLength(1)
    const { url, port, ...said } = JSON.parse(out[0])
    expect(url).toBe(`http://127.0.0.1:${port}`)
    expect(said).toEqual({
      event: 'listening',
      publicUrl: url,
      machine: expect.stringMatching(/^[\w-]{12}$/),
      runtime: runtime.name,
      version: runtime.version,
      model: 'built-in',
    })
    expect(err.map((line) => JSON.parse(line).message)).toEqual(['service.built-in-model'])

    const ready = await fetch(`${url}/readyz`)
    expect([ready.status, await ready.text()]).toEqual([200, 'ready'])
    expect(await stop()).toBe(0)
    await expect(fetch(`${url}/readyz`)).rejects.toThrow()
    expect(err.map((line) => JSON.parse(line).message).slice(1))
      .toEqual(['service.draining', 'service.stopped'])
  })

  test('reads its configuration again when it is sent SIGHUP, and goes on', async () => {
    const { run, out, err, hangUp, stop } = createProgram(await environment())
    expect(await run('serve')).toBe(0)
    const { url } = JSON.parse(out[0])
    hangUp()
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(await stop()).toBe(0)
    expect(err.map((line) => JSON.parse(line).message))
      .toEqual([
        'service.built-in-model',
        'config.read-again',
        'service.draining',
        'service.stopped',
      ])
  })

  test('stops in order when its terminal is closed', async () => {
    const program = createProgram(await environment(), { isTerminal: true })
    expect(await program.run('serve')).toBe(0)
    program.hangUp()
    expect(await program.exited).toBe(0)
    expect(program.err.join('\n')).toContain('service.stopped')
  })

  test('stops as soon as it is there when it was told to while it started', async () => {
    const { run, whenStoppable, stop, out, err } = createProgram(await environment())
    const running = run('serve')
    await whenStoppable
    expect(out).toEqual([])
    const exited = stop()
    expect(await running).toBe(0)
    expect(await exited).toBe(0)
    expect(err.join('\n')).toContain('service.stopped')
  })

  test('stops when an operator asks it over the API to drain', async () => {
    const variables = { TANDEM_OPERATOR_TOKEN: 'test-operator-token' }
    const { run, out, exited } = createProgram({ ...await environment(), ...variables })
    expect(await run('serve')).toBe(0)
    const { url } = JSON.parse(out[0])
    const response = await fetch(`${url}/api/v1/drain`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-operator-token' },
    })
    expect(response.status).toBe(202)
    expect(await exited).toBe(0)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })

  test('says where Twilio reaches it and as which machine', async () => {
    const variables = { PUBLIC_URL: 'https://voice.example.com/', TANDEM_MACHINE: 'm1' }
    const { run, out, stop } = createProgram({ ...await environment(), ...variables })
    expect(await run('serve')).toBe(0)
    await stop()
    expect(JSON.parse(out[0])).toMatchObject({
      publicUrl: 'https://voice.example.com',
      machine: 'm1',
    })
  })

  test('tells at once of a database that is not there, and takes calls all the same', async () => {
    const DATABASE_URL = 'postgres://tandem:secret@127.0.0.1:1/tandem'
    const { run, out, err, stop } = createProgram({ ...await environment(), DATABASE_URL })
    expect(await run('serve')).toBe(0)
    const isTold = () => err.some((line) => line.includes('"record.failed"'))
    await until('the database was looked at', isTold)
    const told = err.find((line) => line.includes('"record.failed"')) ?? ''
    expect(JSON.parse(told)).toMatchObject({
      code: 'store-unreachable',
      problem: expect.stringMatching(/ECONNREFUSED.*; check DATABASE_URL/),
    })
    expect(err.join('\n')).not.toContain('secret@')
    const { url } = JSON.parse(out[0])
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(await stop()).toBe(0)
  })

  test('does not start with a mistake in the configuration', async () => {
    const { run, out, err } = createProgram(await environment(BROKEN))
    expect(await run('serve')).toBe(2)
    expect(out).toEqual([])
    expect(err.join('\n')).toContain('customers/bright-smile.yaml:4:3  error  ')
  })

  test('does not start in production without its keys', async () => {
    const { run, out, err } = createProgram({ ...await environment(), NODE_ENV: 'production' })
    expect(await run('serve')).toBe(2)
    expect(out).toEqual([])
    expect(err.map((line) => line.split(' ')[0]))
      .toEqual(['OPENAI_API_KEY', 'TWILIO_AUTH_TOKEN', 'PUBLIC_URL'])
  })

  test('does not start where the port is taken, and ends with 1', async () => {
    const fetch = () => new Response('first')
    const first = await runtime.serve({ hostname: '127.0.0.1', port: 0, fetch })
    leftovers.push(first.stop)
    const { run, out, err } = createProgram({ ...await environment(), PORT: String(first.port) })
    expect(await run('serve')).toBe(1)
    expect(out).toEqual([])
    expect(err).toEqual([
      expect.stringMatching(new RegExp(`^cannot start on 127\\.0\\.0\\.1:${first.port}: .`)),
    ])
  })
})
