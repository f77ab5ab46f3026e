import { asks, builds, code, nothing, revealsSecret, script, stdinCode, writes, withArgs } from "./acts.ts";
import { databaseLoss, emptiesDatabase } from "./database-loss.ts";
import { type Act, isLiteral, literal, type Program, type Use } from "./program.ts";
import { byVerb } from "./use.ts";
import { byVerbs } from "./service-verbs.ts";
import { verbOf } from "./verbs.ts";

/** Clients of databases. What they are told to do is judged as SQL, or by the command's name; a server that is local is one all the same. */

const changesDatabase =
  (what: string, undoable: "costly" | "no"): Act =>
  (use, args) =>
    use.emit({
      kind: "mutate-remote",
      what: withArgs(what, args),
      target: args[0]?.text ?? use.name,
      place: "remote",
      undoable,
    });

const isHere = (use: Use, flag: string): boolean => {
  const host = use.value(flag)?.text;
  return host === undefined || /^(?:localhost|127\.0\.0\.1|::1|\/.*)$/.test(host);
};

/** A file of statements for another machine's database: nobody can look what it would change there. */
const runsUnread = (use: Use): void =>
  changesDatabase(`run a file of statements at ${use.value("-h")?.text ?? "another machine"}`, "no")(use, []);

/** Making a database at hand is part of development, making one elsewhere is not. */
const makesDatabase: Act = (use, args) =>
  isHere(use, "-h") ? builds(use, []) : changesDatabase("make a database", "costly")(use, args);

const postgresFlags = {
  "-h --host <x>": nothing,
  "-p --port -U --username -d --dbname -n --schema -t --table -T --exclude-table -j --jobs -F --format -O --owner -E --encoding -D --tablespace -l --locale -L --list-file --role --maintenance-db --section -Z --compress --interactive-name <x>":
    nothing,
  "-W --password": nothing,
} as const;

/** A line for the Mongo shell, read by the methods that it calls. */
const mongoCode: Act = (use, [line]) => {
  if (line === undefined) return;
  if (!isLiteral(line)) return use.code("node", line);
  const { text } = line;
  const loses =
    /\.(?:drop|dropDatabase|dropIndex\w*|dropUser|dropRole|dropAll\w*|deleteMany|deleteOne|remove|findOneAndDelete|bulkWrite|shutdownServer|resetPlan|killOp|fsyncLock)\s*\(/.exec(
      text,
    );
  const changes =
    /\.(?:insert\w*|update\w*|replaceOne|save|createUser|createRole|grant\w*|revoke\w*|createIndex\w*|renameCollection|findOneAndUpdate|findOneAndReplace|findAndModify|createCollection|runCommand|adminCommand|setProfilingLevel|rs\.\w+|sh\.\w+)\s*\(/.exec(
      text,
    );
  if (loses !== null) changesDatabase(`run ${text.slice(0, 120)}`, "no")(use, []);
  else if (changes !== null) changesDatabase(`run ${text.slice(0, 120)}`, "costly")(use, []);
  else if (/\b(?:require|import|load|run|runProgram|spawn|exec)\s*\(|child_process|process\./.test(text))
    use.code("node", line);
};

const redisReads =
  /^(?:get|mget|strlen|getrange|exists|ttl|pttl|type|keys|scan|randomkey|dbsize|info|ping|echo|time|hget|hgetall|hkeys|hvals|hlen|hmget|hscan|hexists|lrange|llen|lindex|smembers|scard|sismember|sscan|srandmember|zrange|zrevrange|zrangebyscore|zcard|zscore|zrank|zcount|zscan|xrange|xrevrange|xlen|xinfo|xread|pfcount|bitcount|getbit|object|memory|slowlog|latency|monitor|subscribe|psubscribe|pubsub|cluster|role|lastsave|command|client|config|auth|select|hello|help|json\.get|ft\.search|ft\.info|dump|geopos|geodist|wait|acl|module|debug|multi|exec|touch)$/i;
const redisLoses =
  /^(?:flushall|flushdb|del|unlink|shutdown|expire|expireat|pexpire|swapdb|migrate|rename|spop|lpop|rpop|ltrim|lrem|srem|zrem\w*|hdel|xdel|xtrim|getdel|restore|slaveof|replicaof|failover|reset)$/i;

const redisCommand: Act = (use, args) => {
  const [name, second] = args;
  if (name === undefined) return;
  const said = args
    .slice(0, 4)
    .map(({ text }) => text)
    .join(" ");
  const sub = second?.text.toLowerCase() ?? "";
  const changing =
    /^(?:set|resetstat|rewrite|kill|pause|reset|setuser|deluser|load|unload|meet|failover|forget|flushslots|delslots|addslots|sleep|segfault|reload)$/.test(
      sub,
    );
  if (!isLiteral(name))
    return use.emit({ kind: "opaque", what: `redis: run ${said}`, target: use.name, sure: "opaque", undoable: "no" });
  if (
    redisLoses.test(name.text) ||
    (changing && /^(?:config|acl|module|debug|cluster|client|script)$/i.test(name.text))
  )
    changesDatabase(said, "no")(use, []);
  else if (!redisReads.test(name.text)) changesDatabase(said, isHere(use, "-h") ? "costly" : "no")(use, []);
};

export const databases: readonly Program[] = [
  {
    names: ["psql", "pgcli", "usql"],
    summary: "PostgreSQL's client",
    flags: {
      ...postgresFlags,
      "-c --command <sql>": code("sql"),
      "-f --file <file>": script("sql"),
      "-o --output <file>": writes,
      "-L --log-file <file>": writes,
      "-v --set --variable -P --pset -F --field-separator -R --record-separator -T --table-attr <x>": nothing,
      "-l --list": "inert",
    },
    does: (use) => {
      if (!isHere(use, "-h") && (use.has("-f") || use.stdin.files.length > 0)) runsUnread(use);
      if (!use.has("-c") && !use.has("-f")) stdinCode("sql")(use, []);
    },
    examples: {
      "psql -d app -c 'select count(*) from users'": "allow",
      "psql -c 'DROP TABLE users'": "hold",
      "echo 'TRUNCATE orders' | psql app": "hold",
      "psql -d app -f db/schema.sql": "allow",
      "psql -h db.example.com -f db/schema.sql": "hold",
      "psql -l": "allow",
    },
  },
  {
    names: [
      "pg_dump",
      "pg_dumpall",
      "pg_basebackup",
      "mysqldump",
      "mariadb-dump",
      "mongodump",
      "mongoexport",
      "pg_isready",
      "pg_config",
      "pg_lsclusters",
      "pg_verifybackup",
    ],
    summary: "read databases",
    flags: {
      ...postgresFlags,
      "-f --file -r --result-file -o --out --archive <file>": writes,
      "-u --user -P --uri --db --collection -c -q --query --authenticationDatabase <x>": nothing,
    },
    does: (use) => use.output({ text: undefined }),
    examples: { "pg_dump -Fc app > backup.dump": "allow", "mysqldump -u root app -r ~/.bashrc": "hold" },
  },
  {
    names: [
      "pg_restore",
      "mongorestore",
      "mongoimport",
      "pg_upgrade",
      "pg_resetwal",
      "initdb",
      "pg_ctl",
      "pg_ctlcluster",
      "pg_dropcluster",
      "pg_rewind",
      "pg_createcluster",
    ],
    summary: "write databases",
    flags: {
      ...postgresFlags,
      "-l --list": "inert",
      "-f --file -D --pgdata -o --options --uri --db --collection --archive <x>": nothing,
    },
    does: (use, args) => {
      if (/^(?:initdb|pg_createcluster)$/.test(use.name)) return builds(use, []);
      if (use.name.startsWith("pg_ctl") && /^(?:start|status|restart|reload|initdb)$/.test(args.at(-1)?.text ?? ""))
        return;
      const loses = use.has("--clean") || use.has("-c") || use.has("--drop") || /drop|resetwal|rewind/.test(use.name);
      changesDatabase("change the database", loses ? "no" : "costly")(use, args);
    },
    examples: {
      "pg_restore -l backup.dump": "allow",
      "pg_restore --clean -d app backup.dump": "hold",
      "pg_ctl status": "allow",
    },
  },
  {
    names: ["createdb", "createuser"],
    summary: "make a PostgreSQL database or user",
    flags: postgresFlags,
    does: makesDatabase,
    examples: { "createdb app_test": "allow", "createdb -h db.example app": "hold" },
  },
  {
    names: ["dropdb", "dropuser", "vacuumdb", "reindexdb", "clusterdb"],
    summary: "drop or rework a PostgreSQL database",
    flags: postgresFlags,
    does: (use, args) =>
      use.name.startsWith("drop")
        ? changesDatabase(use.name === "dropuser" ? "delete a database user" : "delete the database", "no")(use, args)
        : builds(use, []),
    examples: { "dropdb app_test": "hold", "vacuumdb app": "allow" },
  },
  {
    names: [
      "mysql",
      "mariadb",
      "mycli",
      "clickhouse-client",
      "clickhouse",
      "duckdb",
      "snowsql",
      "trino",
      "presto",
      "beeline",
      "cqlsh",
      "influx",
      "isql",
      "sqlcmd",
      "osql",
      "bcp",
      "sqlplus",
      "ksql",
      "vsql",
      "db2",
      "impala-shell",
      "hive",
      "spark-sql",
      "litecli",
      "libsql",
      "mssql-cli",
      "cockroach",
    ],
    summary: "SQL clients",
    flags: {
      "-e --execute -q --query --init-command -Q --command -c <sql>": code("sql"),
      "-f --file --queries-file -i <file>": script("sql"),
      "-h --host -u --user -P --port -D --database -S --socket -d -s -o --output -w --protocol --defaults-file -F --format --ssl-ca --ssl-mode --default-character-set -U <x>":
        nothing,
      "-p --password [password]": nothing,
    },
    does: (use, args) => {
      const administers =
        use.name === "influx"
          ? /^(?:delete|bucket|org|user|auth|restore|v1|secret|stacks?|task|telegrafs|dashboards|scripts|apply|write|config)$/
          : use.name === "cockroach"
            ? /^(?:node|quit|init|userfile|nodelocal|cert|import|auth-session|debug)$/
            : undefined;
      if (administers?.test(args[0]?.text ?? "") === true) return void byVerb(use, args, [], true);
      if (use.stdin.files.length > 0 && !isHere(use, "-h")) runsUnread(use);
      if (use.has("-e") || use.has("-f")) return;
      const [, sql] = args;
      if (sql !== undefined && (use.name === "duckdb" || use.name === "litecli")) return use.code("sql", sql);
      if (args[0]?.text.includes(" ") === true) return use.code("sql", args[0]);
      use.stdinCode("sql");
    },
    examples: {
      "mysql -uroot -e 'show databases'": "allow",
      "mysql -h db -u admin -psecret -e 'DROP DATABASE app'": "hold",
      "mysql app < schema.sql": "allow",
      "mysql -h db.example.com app < schema.sql": "hold",
      "influx org delete -i 1": "hold",
      "cockroach node decommission 1": "hold",
      "duckdb x.db 'select 1'": "allow",
    },
  },
  {
    names: [
      "mysqladmin",
      "mariadb-admin",
      "mysqlimport",
      "mysqlpump",
      "mysqlcheck",
      "mysql_secure_installation",
      "mysql_upgrade",
    ],
    summary: "MySQL's administration",
    flags: { "-h --host -u --user -P --port -S --socket <x>": nothing, "-p --password [password]": nothing },
    does: (use, args) => {
      const verb = args[0]?.text ?? "";
      if (/^(?:status|extended-status|ping|processlist|variables|version)$/.test(verb) || use.name === "mysqlcheck")
        return;
      changesDatabase(
        verb === "" ? "change the server" : verb,
        /^(?:drop|shutdown|kill|flush)/.test(verb) ? "no" : "costly",
      )(use, args.slice(1));
    },
    examples: { "mysqladmin ping": "allow", "mysqladmin -u root drop app": "hold" },
  },
  {
    names: ["mongosh", "mongo"],
    summary: "MongoDB's shell",
    flags: {
      "--eval <code>": mongoCode,
      "-f --file <file>": script("node"),
      "-h --host --port -u --username -p --password --authenticationDatabase --tls --apiVersion <x>": nothing,
    },
    does: (use, args) => {
      for (const arg of args) if (/\.m?js$/.test(arg.text)) script("node")(use, [arg]);
      if (use.stdin.text !== undefined && use.stdin.text !== "")
        mongoCode(use, [
          { text: use.stdin.text, fixed: use.stdin.text.length, glob: false, secret: false, quoted: true },
        ]);
      else if (use.stdin.text === undefined) use.stdinCode("node");
    },
    examples: { "mongosh --eval 'db.users.find().limit(1)'": "allow", "mongosh app --eval 'db.users.drop()'": "hold" },
  },
  {
    names: ["redis-cli", "valkey-cli", "keydb-cli", "iredis"],
    summary: "Redis' client",
    flags: {
      "-h <host>": nothing,
      "-p -a -n -u -i -r --user --pass -s --cacert --cert --key -d -D --pattern --tls-ciphers -t <x>": nothing,
      "--eval <file>": changesDatabase("run a script in the server", "costly"),
      "--rdb --functions-rdb <file>": writes,
    },
    stop: true,
    does: (use, args) => {
      if (args.length > 0) redisCommand(use, args);
      else if (use.stdin.text !== undefined)
        for (const line of use.stdin.text.split("\n").slice(0, 256)) {
          const words = line
            .trim()
            .split(/\s+/)
            .filter((word) => word !== "");
          redisCommand(
            use,
            words.map((text) => ({ text, fixed: text.length, glob: false, secret: false, quoted: true })),
          );
        }
      else if (
        !use.has("--scan") &&
        !use.has("--stat") &&
        !use.has("--bigkeys") &&
        !use.has("--latency") &&
        !use.has("--eval")
      )
        use.emit({
          kind: "opaque",
          what: "redis: run commands that are put together at run time",
          target: use.name,
          sure: "opaque",
          undoable: "no",
        });
    },
    examples: {
      "redis-cli -n 1 GET user:1": "allow",
      "redis-cli FLUSHALL": "hold",
      "redis-cli -h cache.example -a secret CONFIG SET dir /tmp": "hold",
      "redis-cli --scan --pattern 'a*'": "allow",
      "redis-cli keys '*'": "allow",
    },
  },
  {
    names: ["sqlite3", "sqlite", "sqlcipher", "sqlite-utils"],
    summary: "SQLite's client",
    flags: {
      "-cmd <command>": code("sqlite"),
      "-init <file>": script("sqlite"),
      "-separator -newline -nullvalue -mmap -maxsize -vfs <x>": nothing,
    },
    clusters: false,
    does: (use, args) => {
      const [file, ...commands] = args;
      if (file === undefined) return;
      const said = commands.length === 0 ? (use.stdin.text ?? "") : commands.map(({ text }) => text).join(";");
      if (!/^(?::memory:)?$/.test(file.text))
        use.path(file, /\b(?:create|insert|alter)\b/i.test(said) ? { kind: "write", keeps: true } : { kind: "read" });
      // `sqlite3 a.db .restore b.db`: the words of a dot command are one line.
      if (commands[0]?.text.startsWith(".") === true && !commands[0].text.includes(" "))
        use.code("sqlite", literal(commands.map(({ text }) => text).join(" ")));
      for (const each of commands) use.code("sqlite", each);
      if (commands.length === 0) use.stdinCode("sqlite");
    },
    examples: {
      "sqlite3 app.db 'select * from users limit 1'": "allow",
      "sqlite3 app.db .tables": "allow",
      "sqlite3 dev.db 'create table t(a); insert into t values (1)'": "allow",
      "sqlite3 ~/other.db 'insert into t values (1)'": "hold",
      "sqlite3 :memory: '.shell rm -rf /'": "deny",
      "sqlite3 app.db 'drop table users'": "hold",
    },
  },
  {
    names: ["bq"],
    summary: "BigQuery's client",
    flags: {
      "--project_id --dataset_id --location --format --max_rows -n --destination_table --label --schema <x>": nothing,
      "--dry_run": "inert",
    },
    subcommands: {
      "ls|show|head|info|version|help|init|wait": asks,
      query: (use, args) => (args.length === 0 ? use.stdinCode("sql") : args.forEach((sql) => use.code("sql", sql))),
      "rm|cancel|truncate": changesDatabase("delete from BigQuery", "no"),
      "mk|load|cp|insert|update|extract|mkdef|add-iam-policy-binding|set-iam-policy": changesDatabase(
        "change what is in BigQuery",
        "costly",
      ),
    },
    examples: {
      "bq ls": "allow",
      "bq query 'select 1'": "allow",
      "bq query 'DROP TABLE d.t'": "hold",
      "bq rm -rf d": "hold",
    },
  },
  {
    names: [
      "typeorm-ts-node-commonjs",
      "typeorm-ts-node-esm",
      "prisma",
      "drizzle-kit",
      "knex",
      "sequelize",
      "sequelize-cli",
      "typeorm",
      "mikro-orm",
      "dbmate",
      "goose",
      "flyway",
      "liquibase",
      "migrate",
      "atlas",
      "sqlx",
      "diesel",
      "sea-orm-cli",
    ],
    summary: "database migrations",
    flags: {
      "--schema --config --url -d --database --path --source --name -n --env --dir --migrations-dir <x>": nothing,
      "--force-reset --accept-data-loss": nothing,
    },
    does: (use, args) => {
      const said = args
        .slice(0, 3)
        .map(({ text }) => text)
        .join(" ");
      const loses =
        /(?:^|[ :])(?:reset|drop|down|fresh|refresh|rollback|revert|undo|clean|drop-all|dropall|dropAll|redo|schema:drop|nuke|wipe|to|down-to|undo:all|rollback-[\w-]+|rollback[A-Z]\w*)(?:$|[ :])/.test(
          said,
        ) ||
        use.has("--force-reset") ||
        use.has("--accept-data-loss") ||
        use.has("--force");
      if (use.name === "prisma" && said.startsWith("db execute")) changesDatabase("run SQL", "no")(use, []);
      else if (use.name === "atlas" && args.some(({ text }) => /^(?:delete|terminate|drop)$/.test(text)))
        changesDatabase(said, "no")(use, []);
      else if (loses || databaseLoss(args) !== undefined) use.emit(emptiesDatabase(`${use.name} ${said}`));
      else builds(use, []);
    },
    examples: {
      "prisma migrate dev --name init": "allow",
      "prisma generate": "allow",
      "prisma migrate reset --force": "hold",
      "knex migrate:rollback": "hold",
      "goose -dir migrations up": "allow",
      "sqlx database drop": "hold",
    },
  },
  {
    names: [
      "rabbitmqctl",
      "rabbitmqadmin",
      "rabbitmq-plugins",
      "rabbitmq-diagnostics",
      "kafka-topics",
      "kafka-topics.sh",
      "kafka-configs",
      "kafka-configs.sh",
      "kafka-consumer-groups",
      "kafka-consumer-groups.sh",
      "kafka-acls",
      "kcat",
      "etcdctl",
      "consul",
      "nomad",
      "zkCli.sh",
      "nats",
      "influxd",
      "curator",
      "elasticdump",
      "cypher-shell",
      "neo4j-admin",
      "couchbase-cli",
      "cbq",
      "arangosh",
      "memcached-tool",
      "pgbackrest",
      "barman",
      "wal-g",
      "turso",
      "pscale",
      "neonctl",
      "neon",
      "cockroachdb",
      "surreal",
      "meilisearch",
      "typesense",
      "algolia",
      "weaviate",
      "qdrant",
      "chroma",
      "pulsar-admin",
      "temporal",
      "tctl",
      "flink",
      "airflow",
      "dagster",
      "prefect",
      "dbt",
    ],
    summary: "servers of data and their queues, judged by the verb",
    flags: {
      "-h --host -p --port -u --username --password -P --bootstrap-server --zookeeper --topic -t --group --endpoints --cacert --cert --key -s --server --context --config -c --config-dir -V --vhost -n --node --namespace --output -o --format -f <x>":
        nothing,
      "--delete": changesDatabase("delete", "no"),
      "--alter --create --reset-offsets --add --remove --delete-offsets": changesDatabase("change", "costly"),
      "--list --describe": nothing,
      "--dry-run": "inert",
    },
    subcommands: {
      "get|kv get": (use, args) =>
        /secret|passw|token|credential|private/i.test(args.map(({ text }) => text).join(" "))
          ? revealsSecret("show what is kept as a secret")(use, args)
          : use.output({ text: undefined, remote: true }),
      "ls|keys|scan|kv list|members|catalog|monitor|watch|endpoint health|endpoint status|member list|job status|node status|alloc status|alloc logs|node-status|alloc-status|job-status|sub|subscribe|me|rtt|latency":
        (use) => use.output({ text: undefined, remote: true }),
      "db shell": (use, args) => {
        const sql = args[1];
        if (sql !== undefined) use.code("sql", sql);
        else if (use.stdin.text !== "") use.stdinCode("sql");
      },
      "del|kv delete|kv del|kv rm|kv purge|purge|delete|job stop|stream rm|stream purge|stream delete|consumer rm|queue purge|delete_queue|delete_vhost|delete_user|purge_queue|reset|force_reset|stop_app|shutdown|stop|drop":
        changesDatabase("delete or stop", "no"),
    },
    does: (use, args) => {
      const pipelines = /^(?:airflow|dbt|dagster|prefect|flink)$/.test(use.name);
      const target = use.all[use.all.findIndex(({ text }) => text === "--target") + 1]?.text ?? "";
      if (use.has("--target") && /^prod(?:uction)?$|^live$/.test(target))
        changesDatabase(`${use.name}: build at ${target}`, "costly")(use, args);
      else if (!pipelines || args.slice(0, 4).some(({ text }) => verbOf(text) === "destroys")) byVerbs()(use, args);
      else builds(use, []);
    },
    examples: {
      "rabbitmqctl list_queues": "allow",
      "rabbitmqctl delete_vhost app": "hold",
      "kafka-topics --bootstrap-server b:9092 --list": "allow",
      "kafka-topics --bootstrap-server b:9092 --delete --topic orders": "hold",
      "etcdctl get /a --prefix": "allow",
      "etcdctl del /a --prefix": "hold",
      "nats stream ls": "allow",
      "nats stream purge ORDERS": "hold",
      "dbt run --select model": "allow",
      "dbt run --target prod": "hold",
      "airflow tasks clear daily -y": "hold",
      "turso db shell app 'select 1'": "allow",
      "turso db shell app 'drop table a'": "hold",
    },
  },
];
