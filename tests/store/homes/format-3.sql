BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('f0003');
CREATE TABLE checkpoint (
	size INTEGER NOT NULL, 
	root BLOB NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	note TEXT NOT NULL, 
	frontier TEXT NOT NULL, 
	PRIMARY KEY (size)
);
INSERT INTO "checkpoint" VALUES(3,X'06C5998578756B7076EFAD997A8CD195CC17D116FB50145E4E32E6989A4AF89D','2025-03-01T00:00:04.000000Z','kept-3.example
3
BsWZhXh1a3B2762ZeozRlcwX0Rb7UBReTjLmmJpK+J0=
time 2025-03-01T00:00:04.000000Z

— kept-3.example xf0r/DYrIf95lNTQAJ3bxsUjeYFPYlhbq5ewFiL6IfXJhfQ8ccd+23VkciRC0x0heKEFU+E5KRYJUkPBihdZjAbNFAo=
','{"0":"c2b4140581b3c3dfcfa01bf8f121166b388d004f813cb717a562a1b894be0887","1":"689d2b66c6add0d39f785d4e0a49bb62fb9fc3cdb7dbe47af5c298aba8fc64bc"}');
INSERT INTO "checkpoint" VALUES(4,X'83890B689ECBD877A882013F98B80E0C67E9AFC4A3422064B7858724A1F0A2DE','2025-03-01T00:00:06.000000Z','kept-3.example
4
g4kLaJ7L2HeoggE/mLgODGfpr8SjQiBkt4WHJKHwot4=
time 2025-03-01T00:00:06.000000Z

— kept-3.example xf0r/NDBQZlLF8KnhGZJE6GH9/d+42Gtmu0ioq+dDSjou0MOiTbn2KH9khFs10cSrxidfQ8sX+6cuq5OIpkPb8lwqgg=
','{"2":"83890b689ecbd877a882013f98b80e0c67e9afc4a3422064b7858724a1f0a2de"}');
CREATE TABLE counter (
	kind VARCHAR(40) NOT NULL, 
	n INTEGER NOT NULL, 
	PRIMARY KEY (kind)
);
INSERT INTO "counter" VALUES('organisation',1);
INSERT INTO "counter" VALUES('account',1);
CREATE TABLE fact (
	seq INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	actor VARCHAR(80) NOT NULL, 
	organisation VARCHAR(80) NOT NULL, 
	verb VARCHAR(80) NOT NULL, 
	record_id VARCHAR(80) NOT NULL, 
	record_version INTEGER NOT NULL, 
	record_digest BLOB NOT NULL, 
	payload_commitment BLOB NOT NULL, 
	keep_until VARCHAR(27) NOT NULL, 
	signature BLOB, 
	leaf BLOB NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "fact" VALUES(0,'2025-03-01T00:00:01.000000Z','system','platform','log:begin','log',0,X'',X'E1DCF09AC19F11B9843F8A7703B542A5B2C3581BE2F6FDB2EF217BCCAA23D4EC','9999-12-31T23:59:59.999999Z',NULL,X'6DE7A3C5EF979A97AD1BD247C6041524ADC3FAE8FD7759DB95E60CBDD55E1096');
INSERT INTO "fact" VALUES(1,'2025-03-01T00:00:02.000000Z','system','platform','organisation:register','organisation-000001',1,X'EEEEE1B0648EF87B161DF88113810913B43837D83E50A77AD6D214A1A6BB3964',X'DDB561628CD1578C0983317ADA5B82E4A2C2346D2458F61636449A535C007A5D','2035-02-27T00:00:02.000000Z',NULL,X'DECAA97263CF8D93FFD8BEEAFAC9F349627EEE31AEAB857711CA27EFCEB3C4F2');
INSERT INTO "fact" VALUES(2,'2025-03-01T00:00:03.000000Z','system','platform','account:invite','account-000001',1,X'91F3B4E76D3CE6D1D9F9FF55A6251CA97D9FB39EEF56C6A11A500AD518BB5326',X'F723637B859668D9CCEC96E31E5A8473814321183A3FC1D1285F520374B799CD','2035-02-27T00:00:03.000000Z',NULL,X'C2B4140581B3C3DFCFA01BF8F121166B388D004F813CB717A562A1B894BE0887');
INSERT INTO "fact" VALUES(3,'2025-03-01T00:00:05.000000Z','system','platform','organisation:suspend','organisation-000001',2,X'CE3E905A283A1740B9668CA3553FEC3F13F33C7531D029AA8D66BE360964B53E',X'6B78F4CA3E472ACABC605257431C5FC293832E28815C844B99C37A0541A28903','2035-02-27T00:00:05.000000Z',NULL,X'D166FA9B531A7F801E64AA9FD97B61F10B337C167AE0A6D9B15A49F63213388C');
CREATE TABLE fact_payload (
	seq INTEGER NOT NULL, 
	salt BLOB NOT NULL, 
	payload TEXT NOT NULL, 
	keep_until VARCHAR(27) NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES fact (seq)
);
INSERT INTO "fact_payload" VALUES(0,X'AF9F716DA3478BDE264B0F491C44C157','{"note":{"format":3,"hash":"sha256","origin":"kept-3.example"}}','9999-12-31T23:59:59.999999Z');
INSERT INTO "fact_payload" VALUES(1,X'157F867CD44C9AD8CDBF3B419C873DAD','{"note":{"why":"第三条"},"record":{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"registered","uscc":"91520300MA0000000X"},"state":"registered"}','2035-02-27T00:00:02.000000Z');
INSERT INTO "fact_payload" VALUES(2,X'C1552FB452357FF263C05285336A5C2E','{"effects":[{"id":1,"kind":"welcome","payload":"{}","record_id":"account-000001"}],"note":{},"record":{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","signed_out":[],"state":"invited"},"state":"invited"}','2035-02-27T00:00:03.000000Z');
INSERT INTO "fact_payload" VALUES(3,X'8570FDD41D61C2B3725CC24826EC869F','{"note":{},"record":{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"suspended","uscc":"91520300MA0000000X"},"state":"suspended"}','2035-02-27T00:00:05.000000Z');
CREATE TABLE held_name (
	name VARCHAR(200) NOT NULL, 
	record_id VARCHAR(80) NOT NULL, 
	PRIMARY KEY (name), 
	FOREIGN KEY(record_id) REFERENCES record (id)
);
INSERT INTO "held_name" VALUES('uscc:91520300MA0000000X','organisation-000001');
INSERT INTO "held_name" VALUES('login:wang','account-000001');
CREATE TABLE link (
	from_id VARCHAR(80) NOT NULL, 
	role VARCHAR(40) NOT NULL, 
	to_id VARCHAR(80) NOT NULL, 
	PRIMARY KEY (from_id, role, to_id), 
	FOREIGN KEY(from_id) REFERENCES record (id), 
	FOREIGN KEY(to_id) REFERENCES record (id)
);
INSERT INTO "link" VALUES('account-000001','of','organisation-000001');
CREATE TABLE meta (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('format','3');
INSERT INTO "meta" VALUES('hash','sha256');
INSERT INTO "meta" VALUES('origin','kept-3.example');
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	kind VARCHAR(80) NOT NULL, 
	record_id VARCHAR(80) NOT NULL, 
	payload TEXT NOT NULL, 
	done_at VARCHAR(27), 
	attempts INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "outbox" VALUES(1,'2025-03-01T00:00:03.000000Z','welcome','account-000001','{}',NULL,0);
CREATE TABLE record (
	id VARCHAR(80) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	version INTEGER NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	organisation VARCHAR(80), 
	environment VARCHAR(80), 
	body TEXT NOT NULL, 
	salt BLOB NOT NULL, 
	digest BLOB NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	updated_at VARCHAR(27) NOT NULL, due VARCHAR(10), partner VARCHAR(80), label VARCHAR(400), 
	PRIMARY KEY (id)
);
INSERT INTO "record" VALUES('organisation-000001','organisation',2,'suspended',NULL,NULL,'{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"suspended","uscc":"91520300MA0000000X"}',X'DDE2FABFD3E1A54EBB517CEC0324CAA9',X'CE3E905A283A1740B9668CA3553FEC3F13F33C7531D029AA8D66BE360964B53E','2025-03-01T00:00:02.000000Z','2025-03-01T00:00:05.000000Z',NULL,NULL,NULL);
INSERT INTO "record" VALUES('account-000001','account',1,'invited','organisation-000001',NULL,'{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","signed_out":[],"state":"invited"}',X'9EFA9005E4CD998646BABAEA55282571',X'91F3B4E76D3CE6D1D9F9FF55A6251CA97D9FB39EEF56C6A11A500AD518BB5326','2025-03-01T00:00:03.000000Z','2025-03-01T00:00:03.000000Z',NULL,NULL,NULL);
CREATE TABLE secret (
	record_id VARCHAR(80) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	value BLOB NOT NULL, 
	PRIMARY KEY (record_id, name), 
	FOREIGN KEY(record_id) REFERENCES record (id)
);
INSERT INTO "secret" VALUES('account-000001','code',X'68617368');
CREATE TABLE tree (
	level INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	PRIMARY KEY (level)
);
INSERT INTO "tree" VALUES(0,X'C2B4140581B3C3DFCFA01BF8F121166B388D004F813CB717A562A1B894BE0887');
INSERT INTO "tree" VALUES(1,X'689D2B66C6ADD0D39F785D4E0A49BB62FB9FC3CDB7DBE47AF5C298ABA8FC64BC');
INSERT INTO "tree" VALUES(2,X'83890B689ECBD877A882013F98B80E0C67E9AFC4A3422064B7858724A1F0A2DE');
CREATE INDEX fact_by_record ON fact (record_id, record_version);
CREATE INDEX payload_by_end ON fact_payload (keep_until);
CREATE INDEX outbox_open ON outbox (done_at, id);
CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'append-only: fact UPDATE'); END;
CREATE TRIGGER fact_no_delete BEFORE DELETE ON fact BEGIN SELECT RAISE(ABORT, 'append-only: fact DELETE'); END;
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint UPDATE'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint DELETE'); END;
CREATE TRIGGER fact_payload_no_update BEFORE UPDATE ON fact_payload BEGIN SELECT RAISE(ABORT, 'append-only: fact_payload UPDATE'); END;
CREATE TRIGGER link_no_update BEFORE UPDATE ON link BEGIN SELECT RAISE(ABORT, 'append-only: link UPDATE'); END;
CREATE TRIGGER link_no_delete BEFORE DELETE ON link BEGIN SELECT RAISE(ABORT, 'append-only: link DELETE'); END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'append-only: record DELETE'); END;
CREATE TRIGGER fact_payload_guard_delete BEFORE DELETE ON fact_payload WHEN OLD.keep_until > strftime('%Y-%m-%dT%H:%M:%fZ', 'now') BEGIN SELECT RAISE(ABORT, 'append-only: fact_payload DELETE'); END;
CREATE TRIGGER fact_guard_insert BEFORE INSERT ON fact WHEN NEW.seq <> (SELECT count(*) FROM (SELECT 1 FROM fact WHERE seq = NEW.seq - 1)) * NEW.seq OR EXISTS (SELECT 1 FROM fact WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'append-only: fact INSERT'); END;
CREATE TRIGGER checkpoint_guard_insert BEFORE INSERT ON checkpoint WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size >= NEW.size) BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint INSERT'); END;
CREATE TRIGGER held_name_no_update BEFORE UPDATE ON held_name BEGIN SELECT RAISE(ABORT, 'append-only: held_name UPDATE'); END;
CREATE TRIGGER held_name_no_delete BEFORE DELETE ON held_name BEGIN SELECT RAISE(ABORT, 'append-only: held_name DELETE'); END;
CREATE TRIGGER record_guard_update BEFORE UPDATE ON record WHEN NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind BEGIN SELECT RAISE(ABORT, 'append-only: record UPDATE'); END;
CREATE INDEX record_by_time ON record (kind, created_at, id, state, organisation, environment);
CREATE INDEX record_by_change ON record (kind, updated_at, id);
CREATE INDEX record_by_state_and_time ON record (kind, state, created_at, id, organisation, environment);
CREATE INDEX link_backwards ON link (to_id, role, from_id);
CREATE INDEX record_by_owner_and_time ON record (kind, organisation, created_at, id);
CREATE INDEX record_by_owner ON record (kind, organisation, state, due, id);
CREATE INDEX record_by_term ON record (kind, state, due, id);
CREATE INDEX record_by_partner ON record (kind, partner, state, due, id);
CREATE INDEX record_by_words ON record (kind, label, state, organisation, partner, environment, created_at, id);
CREATE INDEX fact_by_time ON fact (at);
CREATE INDEX fact_by_verb ON fact (verb, seq);
CREATE INDEX fact_by_actor ON fact (actor, seq);
COMMIT;
