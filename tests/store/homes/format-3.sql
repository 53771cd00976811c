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
INSERT INTO "checkpoint" VALUES(3,X'F3F4225EDCF6FCA2FAC652A3E5BE9709DAAF82379A3C5EC78FB31AE9CE0A95BB','2025-03-01T00:00:04.000000Z','kept-3.example
3
8/QiXtz2/KL6xlKj5b6XCdqvgjeaPF7Hj7Ma6c4Klbs=
time 2025-03-01T00:00:04.000000Z

— kept-3.example emBBQAT8yhnm9E25VqVQh7hAGi17r+GbbvJxl3Sj8rbDBS1NDzsNYgaifYu+pH0/7U8DV66D4wJWim+5JaShRq/CSQ8=
','{"0":"f7a3131b2bd7a8a6092130b8b0465fe7dcf955e201f09dbd035078a1a09fed7f","1":"b5747655ca22a7719ba0ac1c0ddfd2770c78e81fb954ff7956f2342cd0dd74ae"}');
INSERT INTO "checkpoint" VALUES(4,X'D69ED1D542D7B4D51E76140A9AE4E3549143DF10FA821BEEB3ED9AC147FB0D28','2025-03-01T00:00:06.000000Z','kept-3.example
4
1p7R1ULXtNUedhQKmuTjVJFD3xD6ghvus+2awUf7DSg=
time 2025-03-01T00:00:06.000000Z

— kept-3.example emBBQKd9gyqJb12/I1JXMP+Qa3MuO7fF5P+hYCrk7L0gv8Nv0gI40vR2hp9fCGpxydSn96FDQxCCpTvPw90l9EHcuAw=
','{"2":"d69ed1d542d7b4d51e76140a9ae4e3549143df10fa821beeb3ed9ac147fb0d28"}');
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
INSERT INTO "fact" VALUES(0,'2025-03-01T00:00:01.000000Z','system','platform','log:begin','log',0,X'',X'EE2798C2144293B4A261D631C45409A60FF1A31BA72B678E5675E26B29464E30','9999-12-31T23:59:59.999999Z',NULL,X'82A3DEBA23E9D344A0FE9FAB2667014C96478BAEFE6B4939BB287F79F2C1A96F');
INSERT INTO "fact" VALUES(1,'2025-03-01T00:00:02.000000Z','system','platform','organisation:register','organisation-000001',1,X'54F1BAD37691BF84E3E4FEBE249D6840ED27E80F4A1FB97AA253B20CAD46716B',X'B2396A9D6282E3366E8152C88BBADD9425EA30C74D9E27C739992A1F442CED80','2035-02-27T00:00:02.000000Z',NULL,X'845C2D45B1CB2FC213B2A3E38740B10CE0FB3F08B24AA4B676E8B5D61B776086');
INSERT INTO "fact" VALUES(2,'2025-03-01T00:00:03.000000Z','system','platform','account:invite','account-000001',1,X'31F2C00F84EDF17F27F6C7F7A0294A183F1DBEAB68BB083BB9EE3F1474C29C69',X'0B481173EDD6D3C10248F4FD5AC3239D1F3F6C346B3CBBB748B3289C3ECC7D02','2035-02-27T00:00:03.000000Z',NULL,X'F7A3131B2BD7A8A6092130B8B0465FE7DCF955E201F09DBD035078A1A09FED7F');
INSERT INTO "fact" VALUES(3,'2025-03-01T00:00:05.000000Z','system','platform','organisation:suspend','organisation-000001',2,X'C2717E73F5A0F45803E41EE21C32173DD1DA866CE126F7A7A785FCDD98ED1ECA',X'4E71921CC5FC2A65E99D40931AC214065E572BC47AD57CDF07E605C2C4BA36B9','2035-02-27T00:00:05.000000Z',NULL,X'EE3A3248D495A753229468D2DB432BA48AF5845D9C294D2B6D6234482C5C7FBD');
CREATE TABLE fact_payload (
	seq INTEGER NOT NULL, 
	salt BLOB NOT NULL, 
	payload TEXT NOT NULL, 
	keep_until VARCHAR(27) NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES fact (seq)
);
INSERT INTO "fact_payload" VALUES(0,X'D9E0CB98945104C284983C94EEDF4EC1','{"note":{"format":3,"hash":"sha256","origin":"kept-3.example"}}','9999-12-31T23:59:59.999999Z');
INSERT INTO "fact_payload" VALUES(1,X'ECBAB62B6636082EA072106434EA4900','{"note":{"why":"第三条"},"record":{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"registered","uscc":"91520300MA0000000X"},"state":"registered"}','2035-02-27T00:00:02.000000Z');
INSERT INTO "fact_payload" VALUES(2,X'F64B003301F5DFD7EB17C37727636DA5','{"effects":[{"id":1,"kind":"welcome","payload":"{}","record_id":"account-000001"}],"note":{},"record":{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","signed_out":[],"state":"invited"},"state":"invited"}','2035-02-27T00:00:03.000000Z');
INSERT INTO "fact_payload" VALUES(3,X'EC398A9311ADB8990ECDC97907DC2941','{"note":{},"record":{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"suspended","uscc":"91520300MA0000000X"},"state":"suspended"}','2035-02-27T00:00:05.000000Z');
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
INSERT INTO "record" VALUES('organisation-000001','organisation',2,'suspended',NULL,NULL,'{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"suspended","uscc":"91520300MA0000000X"}',X'318DF321EBE49A6B9081881BF81BB477',X'C2717E73F5A0F45803E41EE21C32173DD1DA866CE126F7A7A785FCDD98ED1ECA','2025-03-01T00:00:02.000000Z','2025-03-01T00:00:05.000000Z',NULL,NULL,NULL);
INSERT INTO "record" VALUES('account-000001','account',1,'invited','organisation-000001',NULL,'{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","signed_out":[],"state":"invited"}',X'2CCE2DA43A9E00FC931B56C41D790E2A',X'31F2C00F84EDF17F27F6C7F7A0294A183F1DBEAB68BB083BB9EE3F1474C29C69','2025-03-01T00:00:03.000000Z','2025-03-01T00:00:03.000000Z',NULL,NULL,NULL);
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
INSERT INTO "tree" VALUES(0,X'F7A3131B2BD7A8A6092130B8B0465FE7DCF955E201F09DBD035078A1A09FED7F');
INSERT INTO "tree" VALUES(1,X'B5747655CA22A7719BA0AC1C0DDFD2770C78E81FB954FF7956F2342CD0DD74AE');
INSERT INTO "tree" VALUES(2,X'D69ED1D542D7B4D51E76140A9AE4E3549143DF10FA821BEEB3ED9AC147FB0D28');
CREATE INDEX link_backwards ON link (to_id, role);
CREATE INDEX fact_by_record ON fact (record_id, record_version);
CREATE INDEX fact_by_actor ON fact (actor);
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
CREATE INDEX record_by_time ON record (kind, created_at, id);
CREATE INDEX record_by_change ON record (kind, updated_at, id);
CREATE INDEX record_by_state_and_time ON record (kind, state, created_at, id);
CREATE INDEX record_by_owner_and_time ON record (kind, organisation, created_at, id);
CREATE INDEX record_by_term ON record (kind, state, due, id);
CREATE INDEX record_by_partner ON record (kind, partner, state, due, id);
CREATE INDEX record_by_words ON record (kind, label);
CREATE INDEX fact_by_time ON fact (at);
CREATE INDEX fact_by_verb_and_actor ON fact (verb, actor);
COMMIT;
