import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseEnvironment } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import { healthRoutes } from '../../src/http/health.ts'
import { withDocuments } from '../../src/knowledge/documents.ts'
import * as files from '../../src/runtime/files.ts'
import { imageConfig, lastStage, parseDockerfile, resolveStage } from './dockerfile.ts'
import { parseToml } from './toml.ts'

const inRepository = (path: string) => new URL(`../../${path}`, import.meta.url)
const fly = parseToml(await files.readText(inRepository('fly.toml')))
const dockerfile = parseDockerfile(await files.readText(inRepository('Dockerfile')))
const image = imageConfig(resolveStage(dockerfile, lastStage(dockerfile), {}).instructions)

// Of https://fly.io/docs/reference/configuration/, the tables that we use. flyctl ignores a key that it does not know.
const KNOWN: Readonly<Record<string, string>> = {
  '': 'app primary_region kill_signal kill_timeout swap_size_mb console_command',
  'build.': 'builder args buildpacks image settings builtin dockerfile ignorefile build-target',
  'deploy.': 'strategy max_unavailable wait_timeout release_command release_command_timeout',
  'mounts.': 'source destination initial_size snapshot_retention auto_extend_size_threshold ' +
    'auto_extend_size_increment auto_extend_size_limit processes',
  'http_service.': 'internal_port force_https auto_stop_machines auto_start_machines ' +
    'min_machines_running processes',
  'http_service.concurrency.': 'type soft_limit hard_limit',
  'http_service.checks[0].': 'method path interval timeout grace_period protocol tls_skip_verify',
  'restart[0].': 'policy retries processes',
  'vm[0].': 'size memory cpus cpu_kind memory_mb processes',
}

describe('fly.toml', () => {
  test('has no key that Fly does not know', () => {
    const unknown = Object.keys(fly).filter((path) => {
      const [, table, key] = /^(.*\.)?(\w+)$/.exec(path) ?? []
      const isFree = table === 'env.' || table === 'build.args.'
      return !isFree && !KNOWN[table ?? '']?.split(' ').includes(key)
    })
    expect(unknown).toEqual([])
  })

  test('sends requests to the port that the service listens on', () => {
    expect(String(fly['http_service.internal_port'])).toBe(fly['env.PORT'])
    expect(image.env.PORT).toBe(fly['env.PORT'])
  })

  test('mounts the volume where the service writes', () => {
    expect(fly['mounts.destination']).toBe(fly['env.TANDEM_DATA'])
    expect(image.volumes).toEqual([fly['mounts.destination']])
  })

  test('sets variables that make a production environment together with the secrets', () => {
    const env = Object.entries(fly).filter(([path]) => path.startsWith('env.'))
      .map(([path, value]) => [path.slice('env.'.length), String(value)])
    const parsed = parseEnvironment({
      ...Object.fromEntries(env),
      PUBLIC_URL: 'https://tandem.fly.dev',
      OPENAI_API_KEY: 'sk-test',
      TWILIO_AUTH_TOKEN: 'token',
    })
    expect(parsed).toMatchObject({
      environment: { host: '0.0.0.0', port: 8080, dataFolder: '/data', isProduction: true },
    })
  })

  test('checks a path that answers 200 while calls are taken and 503 while not', async () => {
    const path = String(fly['http_service.checks[0].path'])
    const check = (isReady: boolean) =>
      healthRoutes({ storeId: () => undefined, isReady: () => isReady }).request(path)
    expect((await check(true)).status).toBe(200)
    expect((await check(false)).status).toBe(503)
  })

  test('lets through more connections than the service takes calls, so that it is asked', async () => {
    const loaded = await loadConfig(withDocuments(files), fileURLToPath(inRepository('config')))
    const capacity = 'config' in loaded ? loaded.config.service.capacity : undefined
    expect(capacity).toBe(200)
    expect(fly['http_service.concurrency.type']).toBe('connections')
    expect(fly['http_service.concurrency.soft_limit']).toBeGreaterThanOrEqual(2 * (capacity ?? 0))
    expect(fly['http_service.concurrency.hard_limit']).toBeGreaterThan(
      Number(fly['http_service.concurrency.soft_limit']),
    )
  })

  test('never stops a machine for want of traffic', () => {
    expect(fly['http_service.auto_stop_machines']).toBe('off')
  })

  test('ends the service by the signal that the image names, and gives it all the time there is', () => {
    expect(fly.kill_signal).toBe('SIGTERM')
    expect(fly.kill_signal).toBe(image.stopSignal)
    expect(fly.kill_timeout).toBe(300)
  })

  test('replaces the one machine in place, as a volume demands', () => {
    expect(fly['deploy.strategy']).toBe('rolling')
    expect(fly['restart[0].policy']).toBe('on-failure')
  })
})

describe('parseToml()', () => {
  test('reads tables, lists of tables and comments', () => {
    const text = 'a = "x#y" # why\n[b.c]\nd = 1\n[[e]]\nf = true\n[[e]]\nf = false\n'
    expect(parseToml(text)).toEqual({
      a: 'x#y',
      'b.c.d': 1,
      'e[0].f': true,
      'e[1].f': false,
    })
  })

  test.each([
    ['a key that is there twice', 'a = 1\na = 2', 'line 2: a is there twice'],
    ['what it does not know', 'a = 1\nb = [1]', 'line 2: cannot read b = [1]'],
    ['a string that does not end', 'a = "x', 'line 1: cannot read a = "x'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseToml(text)).toThrow(message)
  })
})
