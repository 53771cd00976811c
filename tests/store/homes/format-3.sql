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
INSERT INTO "checkpoint" VALUES(3,X'63D6124B9DE261ED36D76565A5E515B0AC39BF7066A3B752E37F7E491BF3EAA6','2025-03-01T00:00:04.000000Z','kept-3.example
3
Y9YSS53iYe0212VlpeUVsKw5v3Bmo7dS439+SRvz6qY=
time 2025-03-01T00:00:04.000000Z

— kept-3.example AwUCu4A0hvW5rY7Yg/LoJXiAN0mti137VX+6vyeHL0im6mO+LS8fjgnI+25zznF5BBtXEciH4GDtC6+zkVZs8zkS8Q4=
','{"0":"7e2fc5d7bab74bbe20dfa4085f65321b375bf3ab164b0c6c782e667961cd9844","1":"f50ae608fb428c5ff68b7f1427543f90d3758e6f1b14804f9e368ff9d1d92b6f"}');
INSERT INTO "checkpoint" VALUES(4,X'5E32A57E4BAD39D18FF19DA1FEE84975A6C2E0758B6103D06AA4A06EE6A136B1','2025-03-01T00:00:06.000000Z','kept-3.example
4
XjKlfkutOdGP8Z2h/uhJdabC4HWLYQPQaqSgbuahNrE=
time 2025-03-01T00:00:06.000000Z

— kept-3.example AwUCu6a0XH09BgiYpPRsJwGGmg4Cs4tlRdihfMMUuz2Pl0j4wxRpkFWZ4YWyn/C/i/17iEC2RYZHTMKXKvulcBp3lQ0=
','{"2":"5e32a57e4bad39d18ff19da1fee84975a6c2e0758b6103d06aa4a06ee6a136b1"}');
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
INSERT INTO "fact" VALUES(0,'2025-03-01T00:00:01.000000Z','system','platform','log:begin','log',0,X'',X'48A9F078CA435D2D28233BB3491947B6655944886C7327693C3AFB2D0442A93B','9999-12-31T23:59:59.999999Z',NULL,X'2FD6A13E87E655A8277E7F0550A51A7443470EB2BC261C0272A8E8E5F3EF4761');
INSERT INTO "fact" VALUES(1,'2025-03-01T00:00:02.000000Z','system','platform','organisation:register','organisation-000001',1,X'605C4A5E8C931CC7A2BF5E16348F2D2643A9AC52AB0D55B6D4C2E51403517855',X'5CBA41C6EE2BB0B6F02C8F2E59E6FBC853B78DAEE2C2E7FA3762E886B5B3E439','2035-02-27T00:00:02.000000Z',NULL,X'FC5D008824A9D6FB04241305B7F6F1E0F834B4C5A44B986AADA3FDD1A4B59FD6');
INSERT INTO "fact" VALUES(2,'2025-03-01T00:00:03.000000Z','system','platform','account:invite','account-000001',1,X'DC083D5D6A0D9A579D34DAEBCB8DAB5A0B33223603166C2842C0794BA04B0ED5',X'1C5552C20E5FD909E6F0BE9C21E66DF432873850B1CDD85D22951ADDB102A284','2035-02-27T00:00:03.000000Z',NULL,X'7E2FC5D7BAB74BBE20DFA4085F65321B375BF3AB164B0C6C782E667961CD9844');
INSERT INTO "fact" VALUES(3,'2025-03-01T00:00:05.000000Z','system','platform','organisation:suspend','organisation-000001',2,X'40F578EB8F76A5683929545B639671B048FCD106F77584C2CD100E1B409F0495',X'FBE7178021B71043D1BD8D4331C3A504E236624BF7CD73395D07E6CF868E9D54','2035-02-27T00:00:05.000000Z',NULL,X'597820D7ADFD267BB8D2BC62D77271C15E910C398DF4CE14EA5498509C7AEC1F');
CREATE TABLE fact_payload (
	seq INTEGER NOT NULL, 
	salt BLOB NOT NULL, 
	payload TEXT NOT NULL, 
	keep_until VARCHAR(27) NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES fact (seq)
);
INSERT INTO "fact_payload" VALUES(0,X'DB8A1764C3B23F2F3642011432506A16','{"note":{"format":3,"hash":"sha256","origin":"kept-3.example"}}','9999-12-31T23:59:59.999999Z');
INSERT INTO "fact_payload" VALUES(1,X'41B2CB60F1C1A743D05DDE4937CD40E8','{"note":{"why":"第三条"},"record":{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"registered","uscc":"91520300MA0000000X"},"state":"registered"}','2035-02-27T00:00:02.000000Z');
INSERT INTO "fact_payload" VALUES(2,X'20E7244865CE6426C1613BA5BB1578C0','{"effects":[{"id":1,"kind":"welcome","payload":"{}","record_id":"account-000001"}],"note":{},"record":{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","signed_out":[],"state":"invited"},"state":"invited"}','2035-02-27T00:00:03.000000Z');
INSERT INTO "fact_payload" VALUES(3,X'B449422E13471942160DF18924182669','{"note":{},"record":{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"suspended","uscc":"91520300MA0000000X"},"state":"suspended"}','2035-02-27T00:00:05.000000Z');
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
INSERT INTO "record" VALUES('organisation-000001','organisation',2,'suspended',NULL,NULL,'{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"suspended","uscc":"91520300MA0000000X"}',X'304EDBDF588343523EC8B19F5F4DEA11',X'40F578EB8F76A5683929545B639671B048FCD106F77584C2CD100E1B409F0495','2025-03-01T00:00:02.000000Z','2025-03-01T00:00:05.000000Z',NULL,NULL,NULL);
INSERT INTO "record" VALUES('account-000001','account',1,'invited','organisation-000001',NULL,'{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","signed_out":[],"state":"invited"}',X'8A33ADBFA0DAA8F4A1E248496684EEDF',X'DC083D5D6A0D9A579D34DAEBCB8DAB5A0B33223603166C2842C0794BA04B0ED5','2025-03-01T00:00:03.000000Z','2025-03-01T00:00:03.000000Z',NULL,NULL,NULL);
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
INSERT INTO "tree" VALUES(0,X'7E2FC5D7BAB74BBE20DFA4085F65321B375BF3AB164B0C6C782E667961CD9844');
INSERT INTO "tree" VALUES(1,X'F50AE608FB428C5FF68B7F1427543F90D3758E6F1B14804F9E368FF9D1D92B6F');
INSERT INTO "tree" VALUES(2,X'5E32A57E4BAD39D18FF19DA1FEE84975A6C2E0758B6103D06AA4A06EE6A136B1');
CREATE INDEX link_backwards ON link (to_id, role);
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
CREATE INDEX record_by_time ON record (kind, created_at, id);
CREATE INDEX record_by_change ON record (kind, updated_at, id);
CREATE INDEX record_by_state_and_time ON record (kind, state, created_at, id);
CREATE INDEX record_by_owner_and_time ON record (kind, organisation, created_at, id);
CREATE INDEX record_by_owner ON record (kind, organisation, state, due, id);
CREATE INDEX record_by_term ON record (kind, state, due, id);
CREATE INDEX record_by_partner ON record (kind, partner, state, due, id);
CREATE INDEX record_by_words ON record (kind, label);
CREATE INDEX fact_by_time ON fact (at);
CREATE INDEX fact_by_verb ON fact (verb, seq);
CREATE INDEX fact_by_actor ON fact (actor, seq);
COMMIT;
