import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { list, readText } from '../../src/runtime/files.ts'
import {
  contextNames,
  imageConfig,
  lastStage,
  parseDockerfile,
  resolveStage,
} from './dockerfile.ts'

const inRepository = (path: string) => new URL(`../../${path}`, import.meta.url)
const dockerfile = parseDockerfile(await readText(inRepository('Dockerfile')))
const resolve = (given: Record<string, string>) =>
  resolveStage(dockerfile, lastStage(dockerfile), given)

describe('the Dockerfile', () => {
  test('makes an image of Bun unless another runtime is asked for', () => {
    const { image, instructions } = resolve({})
    expect(image).toBe('oven/bun:1.4-slim')
    expect(imageConfig(instructions)).toEqual({
      env: {
        BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0',
        NODE_ENV: 'production',
        PORT: '8080',
        TANDEM_DATA: '/data',
      },
      entrypoint: ['/app/dist/tandem'],
      cmd: ['serve'],
      healthcheck: ['bun', '/app/dist/healthcheck.js'],
      user: '1000:1000',
      workdir: '/app',
      volumes: ['/data'],
      stopSignal: 'SIGTERM',
    })
  })

  test('makes one of Node', () => {
    const { image, instructions } = resolve({ RUNTIME: 'node' })
    expect(image).toBe('node:26-slim')
    expect(imageConfig(instructions)).toMatchObject({
      entrypoint: ['node', '--enable-source-maps', 'dist/bundle/main.js'],
      healthcheck: ['node', 'dist/bundle/healthcheck.js'],
      user: '1000:1000',
    })
  })

  test('makes one of Deno that may write to /data alone and start no program', () => {
    const { image, instructions } = resolve({ RUNTIME: 'deno' })
    expect(image).toBe('denoland/deno:2.9.5')
    expect(imageConfig(instructions)).toMatchObject({
      entrypoint: [
        'deno',
        'run',
        '--unstable-lazy-dynamic-imports',
        '--no-prompt',
        '--allow-net',
        '--allow-env',
        '--allow-read',
        '--allow-write=/data',
        '--allow-sys=setPriority',
        'dist/bundle/main.js',
      ],
      user: '1000:1000',
    })
  })

  test.each([['bun', 'oven/bun:'], ['node', 'node:'], ['deno', 'denoland/deno:']])(
    'has the version of %s that the tests run on',
    async (name, image) => {
      const { devDependencies } = JSON.parse(await readText(inRepository('package.json')))
      const tested: string = devDependencies[name]
      const tag = resolve({ RUNTIME: name }).image.replace(image, '').replace('-slim', '')
      expect(`${tested}.`.startsWith(`${tag}.`)).toBe(true)
    },
  )

  test('copies only what is there and what .dockerignore lets in', async () => {
    const names = contextNames(await readText(inRepository('.dockerignore')))
    const copied = dockerfile.stages.flatMap(({ instructions }) => instructions)
      .filter(({ name, flags }) => name === 'COPY' && flags.from === undefined)
      .flatMap(({ text }) => text.split(/\s+/).slice(0, -1))
    expect([...new Set(copied)].sort()).toEqual([...names].sort())
    const there = await list(fileURLToPath(inRepository('.')))
    expect(names.filter((name) => !there.includes(name))).toEqual([])
  })
})

describe('parseDockerfile()', () => {
  test('joins continued lines and leaves comments out', () => {
    expect(parseDockerfile('FROM a\n# no\nRUN one \\\n  two\n').stages[0].instructions).toEqual([
      { name: 'RUN', flags: {}, text: 'one two' },
    ])
  })

  test('tells flags from the rest', () => {
    const [{ instructions }] = parseDockerfile('FROM a\nCOPY --from=b --chown=1:2 /x /y\n').stages
    expect(instructions).toEqual([
      { name: 'COPY', flags: { from: 'b', chown: '1:2' }, text: '/x /y' },
    ])
  })
})

describe('imageConfig()', () => {
  test('refuses a command that a shell would run', () => {
    const [{ instructions }] = parseDockerfile('FROM a\nCMD npm start\n').stages
    expect(() => imageConfig(instructions)).toThrow('not in the exec form: npm start')
  })
})

describe('contextNames()', () => {
  test('refuses a list that does not begin by forbidding everything', () => {
    expect(() => contextNames('node_modules\n!src\n')).toThrow('expected `*`')
  })
})
