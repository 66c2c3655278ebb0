// Drives a whole life of a job through `closecheck serve` with the official client: `node life_test.js PROGRAM`.
// Talks to loopback only.
'use strict'

const assert = require('assert')
const { spawn } = require('child_process')
const fs = require('fs')
const os = require('os')
const path = require('path')
const { Client, errors } = require('@elastic/elasticsearch')

const program = process.argv[2]
const begin = 1500000000000
const span = 60000

/** Starts the service; resolves to its address and how to end it. */
function serve (profile, more) {
  const child = spawn(program, ['serve', '--port', '0', '--profile', profile, '--housekeeping', '20ms', ...more],
    { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    let said = ''
    child.on('error', reject)
    child.on('exit', code => reject(new Error(`the service ended with ${code}`)))
    child.stdout.on('data', data => {
      said += data
      const match = /listening on (http:\S+)/.exec(said)
      if (match) {
        resolve({
          url: match[1],
          end: () => new Promise(done => {
            child.removeAllListeners('exit')
            child.on('exit', done)
            child.kill('SIGTERM')
          })
        })
      }
    })
  })
}

/** Resolves once `ask` gives true. */
async function until (what, ask) {
  const deadline = Date.now() + 30000
  while (!(await ask())) {
    assert(Date.now() < deadline, `waited too long: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** The promise must fail with a ResponseError of that status and type. */
async function refused (promise, status, type, reason) {
  const error = await promise.then(() => assert.fail('was accepted'), error => error)
  assert(error instanceof errors.ResponseError, `${error}`)
  assert.strictEqual(error.statusCode, status)
  assert.strictEqual(error.body.error.type, type)
  assert.strictEqual(error.body.status, status)
  if (reason) assert.match(error.body.error.reason, reason)
  return error
}

const config = {
  description: 'by the official client',
  groups: ['flights'],
  analysis_config: {
    bucket_span: '1m',
    detectors: [{ function: 'mean', field_name: 'responsetime', by_field_name: 'airline' }]
  },
  data_description: { time_field: 'timestamp', time_format: 'epoch_ms' }
}

/** Two records a minute, and one minute that is far from usual. */
function records (from, count) {
  const out = []
  for (let i = from; i < from + count; i++) {
    for (const airline of ['AAL', 'JZA']) {
      out.push({ timestamp: begin + i * span + 1000, airline, responsetime: i === 30 && airline === 'AAL' ? 9000 : 100 + i % 3 })
    }
  }
  return out
}

async function wholeLife (client, documents) {
  const { ml } = client.xpack
  const id = 'life'
  const stats = async () => (await ml.getJobStats({ job_id: id })).body.jobs[0]

  // Create, open, post, flush.
  const created = (await ml.putJob({ job_id: id, body: config })).body
  assert.strictEqual(created.job_id, id)
  assert.deepStrictEqual(created.groups, ['flights'])
  await refused(ml.putJob({ job_id: id, body: config }), 400, 'resource_already_exists_exception')
  await refused(ml.putJob({ job_id: 'Bad Id', body: config }), 400, 'illegal_argument_exception')
  await refused(ml.postData({ job_id: id, body: records(0, 1) }), 409, 'status_exception')
  assert.deepStrictEqual((await ml.openJob({ job_id: id })).body, { opened: true })
  const posted = await ml.postData({ job_id: id, body: records(0, 40) })
  assert.strictEqual(posted.statusCode, 202)
  assert.strictEqual(posted.body.processed_record_count, 80)
  assert.strictEqual(posted.body.processed_field_count, 160)
  assert.strictEqual(posted.body.input_field_count, 160)
  const flushed = (await ml.flushJob({ job_id: id, calc_interim: true })).body
  assert.strictEqual(flushed.flushed, true)
  assert.strictEqual(flushed.last_finalized_bucket_end, begin + 39 * span)

  // Statistics, interim and final results.
  assert.strictEqual((await stats()).state, 'opened')
  assert((await stats()).node)
  const interim = (await ml.getBuckets({ job_id: id, sort: 'timestamp', desc: true, size: 1 })).body
  assert.strictEqual(interim.count, 40)
  assert.strictEqual(interim.buckets[0].is_interim, true)
  assert.strictEqual((await ml.getBuckets({ job_id: id, exclude_interim: true })).body.count, 39)
  const found = (await ml.getRecords({ job_id: id, body: { record_score: 50, sort: 'record_score', desc: true } })).body
  assert.strictEqual(found.count, 1)
  assert.strictEqual(found.records[0].by_field_value, 'AAL')
  assert.strictEqual(found.records[0].timestamp, begin + 30 * span)
  assert.strictEqual(found.records[0].actual[0], 9000)

  // Close, results, snapshots, and a re-opened job goes on.
  assert.deepStrictEqual((await ml.closeJob({ job_id: id })).body, { closed: true })
  assert.strictEqual((await stats()).state, 'closed')
  assert.strictEqual((await stats()).data_counts.processed_record_count, 80)
  await refused(ml.postData({ job_id: id, body: records(40, 1) }), 409, 'status_exception')
  const snapshots = (await ml.getModelSnapshots({ job_id: id })).body
  assert.strictEqual(snapshots.count, 1)
  const snapshot = snapshots.model_snapshots[0].snapshot_id
  assert.strictEqual((await ml.getJobs({ job_id: id })).body.jobs[0].model_snapshot_id, snapshot)
  const renamed = (await ml.updateModelSnapshot({ job_id: id, snapshot_id: snapshot, body: { description: 'mine', retain: true } })).body
  assert.strictEqual(renamed.model.description, 'mine')
  await refused(ml.deleteModelSnapshot({ job_id: id, snapshot_id: snapshot }), 400, 'illegal_argument_exception')
  await ml.openJob({ job_id: id })
  await ml.postData({ job_id: id, body: records(40, 5) })
  await ml.closeJob({ job_id: 'flights' })
  assert.strictEqual((await stats()).data_counts.processed_record_count, 90)
  const page = (await ml.getBuckets({ job_id: id, from: 10, size: 20 })).body
  assert.strictEqual(page.count, 44)
  assert.strictEqual(page.buckets.length, 20)
  assert.strictEqual(page.buckets[0].timestamp, begin + 10 * span)
  assert.strictEqual((await ml.getModelSnapshots({ job_id: id })).body.count, 2)
  const reverted = (await ml.revertModelSnapshot({ job_id: id, snapshot_id: snapshot, delete_intervening_results: true })).body
  assert.strictEqual(reverted.model.snapshot_id, snapshot)
  assert.strictEqual((await ml.getBuckets({ job_id: id })).body.count, 39)
  await refused(ml.revertModelSnapshot({ job_id: id, snapshot_id: 'none' }), 404, 'resource_not_found_exception')

  // Updates, a forced close, errors.
  const updated = (await ml.updateJob({ job_id: id, body: { description: 'another' } })).body
  assert.strictEqual(updated.description, 'another')
  await ml.openJob({ job_id: id })
  await refused(ml.openJob({ job_id: id }), 409, 'status_exception', /already been opened/)
  await refused(ml.deleteJob({ job_id: id }), 409, 'status_exception', /because the job is opened/)
  assert.deepStrictEqual((await ml.closeJob({ job_id: id, force: true })).body, { closed: true })
  await until('the forced close', async () => (await stats()).state === 'closed')
  await refused(ml.closeJob({ job_id: 'nobody' }), 404, 'resource_not_found_exception')
  await refused(ml.closeJob({ job_id: id, timeout: 'soon' }), 400, 'illegal_argument_exception')
  assert.deepStrictEqual((await ml.deleteJob({ job_id: id })).body, { acknowledged: true })
  await refused(ml.getJobs({ job_id: id }), 404, 'resource_not_found_exception')

  // A datafeed with an end reads what was indexed in bulk, and closes its job.
  await documents.indices.create({ index: 'flights-1' })
  await refused(documents.indices.create({ index: 'flights-1' }), 400, 'resource_already_exists_exception')
  assert.strictEqual((await documents.indices.exists({ index: 'flights-1' })).body, true)
  assert.strictEqual((await documents.indices.exists({ index: 'flights-2' })).body, false)
  const body = []
  for (const record of records(0, 1000)) body.push({ index: { _index: 'flights-1', _type: 'doc' } }, record)
  const indexed = (await documents.bulk({ body, refresh: true })).body
  assert.strictEqual(indexed.errors, false)
  assert.strictEqual(indexed.items.length, 2000)
  assert.strictEqual((await documents.count({ index: 'flights-1' })).body.count, 2000)
  const hits = (await documents.search({
    index: 'flights-1',
    body: { query: { range: { timestamp: { gte: begin, lt: begin + 5 * span } } }, size: 3 }
  })).body.hits
  assert.strictEqual(hits.total, 10)
  assert.strictEqual(hits.hits.length, 3)
  await ml.putJob({ job_id: 'fed', body: config })
  await ml.putDatafeed({ datafeed_id: 'feed', body: { job_id: 'fed', indices: ['flights-*'], types: ['doc'], query: { match_all: {} } } })
  await refused(ml.startDatafeed({ datafeed_id: 'feed' }), 409, 'status_exception')
  await ml.openJob({ job_id: 'fed' })
  await refused(ml.startDatafeed({ datafeed_id: 'feed', start: 5, end: 5 }), 400, 'illegal_argument_exception')
  assert.deepStrictEqual((await ml.startDatafeed({ datafeed_id: 'feed', start: begin, end: begin + 900 * span })).body, { started: true })
  await until('the end of the datafeed', async () =>
    (await ml.getJobStats({ job_id: 'fed' })).body.jobs[0].state === 'closed')
  assert.strictEqual((await ml.getDatafeedStats({ datafeed_id: 'feed' })).body.datafeeds[0].state, 'stopped')
  assert.strictEqual((await ml.getJobStats({ job_id: 'fed' })).body.jobs[0].data_counts.processed_record_count, 1800)
  await refused(ml.deleteJob({ job_id: 'fed' }), 409, 'status_exception', /refers to it/)
  await ml.deleteDatafeed({ datafeed_id: 'feed' })
  await ml.deleteJob({ job_id: 'fed' })
  assert.strictEqual((await ml.getJobs()).body.count, 0)
  await documents.indices.delete({ index: 'flights-1' })
}

async function withoutSecurity () {
  const service = await serve('xpack-6.3', [])
  try {
    const client = new Client({ node: service.url })
    assert.match((await client.info()).body.version.number, /^6\.3/)
    assert.strictEqual((await client.cluster.health()).body.status, 'green')
    await wholeLife(client, client)
  } finally {
    await service.end()
  }
}

async function withSecurity () {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'closecheck-node-'))
  const principals = path.join(folder, 'principals.yaml')
  fs.writeFileSync(principals, [
    'manage_ml: {username: ml_admin, password: secret-1}',
    'monitor_ml: {username: ml_reader, password: secret-2}',
    'none: {username: nobody, password: secret-3}',
    'setup: {username: elastic, password: secret-4}'
  ].join('\n') + '\n', { mode: 0o600 })
  const service = await serve('xpack-6.3', ['--principals', principals])
  try {
    const as = (username, password) => new Client({ node: service.url, auth: { username, password } })
    const admin = as('ml_admin', 'secret-1')
    await wholeLife(admin, as('elastic', 'secret-4'))

    assert.strictEqual((await admin.xpack.security.authenticate()).body.username, 'ml_admin')
    const privileges = (await as('ml_reader', 'secret-2').xpack.security.hasPrivileges({
      body: { cluster: ['manage_ml', 'monitor_ml'] }
    })).body
    assert.deepStrictEqual(privileges.cluster, { manage_ml: false, monitor_ml: true })
    await admin.xpack.ml.putJob({ job_id: 'secured', body: config })
    const forbidden = await refused(as('ml_reader', 'secret-2').xpack.ml.closeJob({ job_id: 'secured' }), 403,
      'security_exception', /^action \[cluster:admin\/xpack\/ml\/job\/close\] is unauthorized for user \[ml_reader\]/)
    assert.strictEqual(forbidden.name, 'ResponseError')
    await refused(as('nobody', 'secret-3').xpack.ml.getJobs(), 403, 'security_exception')
    for (const client of [new Client({ node: service.url }), as('ml_admin', 'wrong'), as('nobody-at-all', 'wrong')]) {
      const unknown = await refused(client.xpack.ml.closeJob({ job_id: 'secured' }), 401, 'security_exception')
      assert.match(unknown.headers['www-authenticate'], /^Basic realm=/)
    }
    await admin.xpack.ml.deleteJob({ job_id: 'secured' })
  } finally {
    await service.end()
    fs.rmSync(folder, { recursive: true })
  }
}

const which = process.argv[3] === 'secured' ? withSecurity : withoutSecurity
which().then(() => console.log('a whole life'), error => {
  console.error(error.meta ? `${error.stack}\n${JSON.stringify(error.meta.body)}` : error)
  process.exitCode = 1
})
