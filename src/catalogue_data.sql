/*
 * catalogue_data.sql: the rows that ship with the catalogues.
 *
 * An update script that adds or changes shipped rows leaves those alone that an office has changed.
 */

INSERT INTO bianzhi.organ_kind (code, name_zh, name_en, display_order, builtin) VALUES
	('party', '党委机关', 'party body', 10, true),
	('npc', '人大机关', 'people''s congress body', 20, true),
	('government', '行政机关', 'government body', 30, true),
	('cppcc', '政协机关', 'people''s political consultative conference body', 40, true),
	('supervisory', '监察机关', 'supervisory body', 50, true),
	('court', '审判机关', 'court', 60, true),
	('procuratorate', '检察机关', 'procuratorate', 70, true),
	('democratic_party', '民主党派机关', 'democratic party body', 80, true),
	('mass_org', '群众团体机关', 'mass organisation body', 90, true),
	('public_institution', '事业单位', 'public institution', 100, true);

/*
 * Kinds of establishment.  without_quota is not given: the trigger takes it from the measure.
 *
 * A person under 人员控制数 holds it as others hold a seat, and nobody may hold both; so it is of measure
 * establishment.  员额 of judges and procurators is held beside the seat; so it is a post.
 */
INSERT INTO bianzhi.category (code, name_zh, name_en, parent, measure, display_order, builtin) VALUES
	('administrative', '行政编制', 'administrative establishment', NULL, 'establishment', 100, true),
	('retired_service', '离退休工作人员编制', 'staff serving retired cadres', 'administrative', 'establishment', 110, true),
	('political_legal', '政法专项编制', 'political and legal establishment', NULL, 'establishment', 120, true),
	('support_worker', '机关工勤编制', 'support workers of public bodies', NULL, 'establishment', 130, true),
	('institution_civil', '参公事业编制', 'institution managed like the civil service', NULL, 'establishment', 140, true),
	('institution_full', '全额事业编制', 'institution, fully funded', NULL, 'establishment', 150, true),
	('institution_partial', '差额事业编制', 'institution, partly funded', NULL, 'establishment', 160, true),
	('institution_self', '自收自支事业编制', 'institution, self-funded', NULL, 'establishment', 170, true),
	('institution', '事业编制(经费未明)', 'institution, funding not known', NULL, 'establishment', 180, true),
	('unspecified', '编制(种类未明)', 'establishment, kind not known', NULL, 'establishment', 190, true),
	('pool', '周转编制', 'lent from a pool', NULL, 'establishment', 200, true),
	('reserve', '机动编制', 'unallocated reserve', NULL, 'establishment', 210, true),
	('controlled_headcount', '人员控制数', 'controlled headcount', NULL, 'establishment', 220, true),
	('outside_staff', '编外控制数', 'staff outside the establishment', NULL, 'outside', 300, true),
	('judge_quota', '法官员额', 'judges'' quota', NULL, 'post', 310, true),
	('procurator_quota', '检察官员额', 'procurators'' quota', NULL, 'post', 320, true),
	('leader', '单位领导职数', 'leaders of the unit', NULL, 'post', 400, true),
	('leader_chief', '单位正职', 'heads of the unit', 'leader', 'post', 410, true),
	('leader_deputy', '单位副职', 'deputy heads of the unit', 'leader', 'post', 420, true),
	('leader_other', '其他单位领导', 'other leaders of the unit', 'leader', 'post', 430, true),
	('section_leader', '内设机构领导职数', 'leaders of sections', NULL, 'post', 500, true),
	('section_chief', '内设机构正职', 'heads of sections', 'section_leader', 'post', 510, true),
	('section_deputy', '内设机构副职', 'deputy heads of sections', 'section_leader', 'post', 520, true),
	('section_elevated', '内设机构领导职数高配数', 'section leaders held one rank higher', NULL, 'post', 530, true),
	('department_count', '机构限额', 'number of departments', NULL, 'body', 700, true),
	('section_count', '内设机构数', 'number of sections', NULL, 'body', 710, true);

/*
 * 职级 of 2019.  Within a series each grade stands below the next lower one, so a person counts in the own grade and
 * in every lower one of the series: the quota of grade_researcher_2 is that of 一级 and 二级调研员 together and that of
 * grade_researcher_4 is 一级至四级调研员, as documents state them; and an unused higher seat may be used lower down.
 * Series are limited apart from each other; an office that adds them up hangs a series' lowest grade below the
 * highest of the series beneath.
 */
INSERT INTO bianzhi.category (code, name_zh, name_en, parent, measure, display_order, builtin) VALUES
	('grade', '职级职数', 'grades', NULL, 'grade', 600, true),
	('grade_inspector_2', '二级巡视员', 'counsel, level 2 and above', 'grade', 'grade', 612, true),
	('grade_inspector_1', '一级巡视员', 'counsel, level 1', 'grade_inspector_2', 'grade', 611, true),
	('grade_researcher_4', '四级调研员', 'consultant, level 4 and above', 'grade', 'grade', 624, true),
	('grade_researcher_3', '三级调研员', 'consultant, level 3 and above', 'grade_researcher_4', 'grade', 623, true),
	('grade_researcher_2', '二级调研员', 'consultant, level 2 and above', 'grade_researcher_3', 'grade', 622, true),
	('grade_researcher_1', '一级调研员', 'consultant, level 1', 'grade_researcher_2', 'grade', 621, true),
	('grade_officer_4', '四级主任科员', 'principal staff, level 4 and above', 'grade', 'grade', 634, true),
	('grade_officer_3', '三级主任科员', 'principal staff, level 3 and above', 'grade_officer_4', 'grade', 633, true),
	('grade_officer_2', '二级主任科员', 'principal staff, level 2 and above', 'grade_officer_3', 'grade', 632, true),
	('grade_officer_1', '一级主任科员', 'principal staff, level 1', 'grade_officer_2', 'grade', 631, true),
	('grade_clerk_2', '二级科员', 'clerk, level 2 and above', 'grade', 'grade', 642, true),
	('grade_clerk_1', '一级科员', 'clerk, level 1', 'grade_clerk_2', 'grade', 641, true);

INSERT INTO bianzhi.rank (code, name_zh, name_en, height, builtin) VALUES
	('正国级', '正国级', 'state leader', 100, true),
	('副国级', '副国级', 'deputy state leader', 90, true),
	('正部级', '正部级', 'minister', 80, true),
	('副部级', '副部级', 'deputy minister', 75, true),
	('正厅级', '正厅级', 'department director', 70, true),
	('副厅级', '副厅级', 'deputy department director', 65, true),
	('正处级', '正处级', 'division head', 60, true),
	('副处级', '副处级', 'deputy division head', 55, true),
	('正科级', '正科级', 'section head', 50, true),
	('副科级', '副科级', 'deputy section head', 45, true),
	('股级', '股级', 'sub-section', 40, true),
	('无级别', '无级别', 'no rank', 0, true);

INSERT INTO bianzhi.entry_kind (code, name_zh, name_en, needs_approval, by_policy, display_order, builtin) VALUES
	('civil_exam', '录用', 'recruited by civil service examination', true, false, 10, true),
	('open_recruitment', '聘用', 'hired by an institution in open recruitment', true, false, 20, true),
	('talent', '人才引进', 'brought in as talent', true, false, 30, true),
	('selected_graduate', '选调生', 'selected graduate', true, false, 40, true),
	('from_outside', '调任', 'brought into the civil service from an institution or enterprise', true, false, 50, true),
	('transfer_in', '转任(调入)', 'transferred in', true, false, 60, true),
	('open_selection', '公开遴选', 'open selection by a higher body', true, false, 70, true),
	('election', '选任', 'elected or appointed by a congress', true, false, 80, true),
	('ex_military_cadre', '军转安置', 'placement of a former officer', true, true, 90, true),
	('ex_soldier', '退役士兵安置', 'placement of a former soldier', true, true, 100, true),
	('move_with_quota', '带编划转', 'moved together with the seat', false, false, 110, true),
	('reform', '机构改革转隶', 'moved by a reform of bodies', false, false, 120, true),
	('initial', '初始入库', 'in place when records began', false, false, 130, true),
	('other', '其他', 'other', true, false, 990, true);

INSERT INTO bianzhi.exit_kind (code, name_zh, name_en, from_next_month, needs_seat, display_order, builtin) VALUES
	('retire', '退休', 'retired', true, false, 10, true),
	('retire_early', '提前退休', 'retired early', true, false, 20, true),
	('death', '死亡', 'died', true, false, 30, true),
	('transfer_out', '调出', 'transferred within the area', false, true, 40, true),
	('leave_area', '调离本地', 'transferred out of the area', false, false, 50, true),
	('resign', '辞职', 'resigned', false, false, 60, true),
	('dismiss', '辞退', 'dismissed', false, false, 70, true),
	('expel', '开除', 'expelled', false, false, 80, true),
	('contract_ended', '解聘', 'contract ended', false, false, 90, true),
	('move_with_quota', '带编划转', 'moved together with the seat', false, true, 100, true),
	('reform', '机构改革转隶', 'moved by a reform of bodies', false, true, 110, true),
	('declared_missing', '宣告失踪或死亡', 'declared missing or dead by a court', false, false, 120, true),
	('other', '其他', 'other', false, false, 990, true);

INSERT INTO bianzhi.absence_kind (code, name_zh, name_en, needs_approval, keeps_seat, keeps_post, keeps_pay, max_months, display_order, builtin) VALUES
	('secondment', '借用', 'seconded', true, true, true, true, 6, 10, true),
	('detail', '抽调', 'detailed to a task', true, true, true, true, NULL, 20, true),
	('shadowing', '跟班学习', 'learning on the job elsewhere', true, true, true, true, NULL, 30, true),
	('temporary_post', '挂职', 'temporary post elsewhere', true, true, true, true, NULL, 40, true),
	('aid', '援派', 'aid to another region, or posted to a village', true, true, true, true, NULL, 50, true),
	('military_service', '参军', 'military service', true, true, false, NULL, NULL, 60, true),
	('startup', '离岗创业', 'leave to found an enterprise', true, true, false, NULL, 36, 70, true),
	('unpaid_leave', '停薪留职', 'unpaid leave of the old form', true, true, false, false, NULL, 80, true),
	('study', '学习进修', 'study', true, true, true, NULL, NULL, 90, true),
	('sick_leave', '长期病假', 'long sick leave', true, true, true, NULL, NULL, 100, true),
	('maternity', '产假', 'maternity leave', true, true, true, true, NULL, 110, true),
	('suspended', '停职', 'suspended', true, true, true, NULL, NULL, 120, true),
	('detained', '留置或羁押', 'held in custody', false, true, true, NULL, NULL, 130, true),
	('missing', '失踪', 'missing, not yet declared so by a court', false, true, false, false, NULL, 140, true),
	('second_line', '内退、改任、二线', 'off the post before retirement', true, true, false, NULL, NULL, 150, true),
	('absent', '擅自离岗', 'absent without leave', false, true, true, false, NULL, 160, true);

INSERT INTO bianzhi.channel (code, name_zh, name_en, needs_approval, by_policy, display_order, builtin) VALUES
	('civil_exam', '公务员考录', 'civil service examination', true, false, 10, true),
	('open_recruitment', '事业单位公开招聘', 'open recruitment of institutions', true, false, 20, true),
	('talent', '人才引进', 'talent', true, false, 30, true),
	('selected_graduate', '选调生', 'selected graduates', true, false, 40, true),
	('from_outside', '调任', 'from institutions and enterprises', true, false, 50, true),
	('transfer', '转任(调动)', 'transfer', true, false, 60, true),
	('open_selection', '公开遴选', 'open selection', true, false, 70, true),
	('ex_military_cadre', '军转安置', 'placement of former officers', true, true, 80, true),
	('ex_soldier', '退役士兵安置', 'placement of former soldiers', true, true, 90, true),
	('other', '其他', 'other', true, false, 990, true);

INSERT INTO bianzhi.code_list (list, code, name_zh, name_en, display_order, builtin) VALUES
	('quota_kind', '核定', '核定', 'set', 10, true),
	('quota_kind', '核增', '核增', 'added', 20, true),
	('quota_kind', '核减', '核减', 'cut', 30, true),
	('quota_kind', '划入', '划入', 'moved in', 40, true),
	('quota_kind', '划出', '划出', 'moved out', 50, true),
	('quota_kind', '收回', '收回', 'taken back', 60, true),
	('quota_kind', '借入', '借入', 'borrowed', 70, true),
	('quota_kind', '借出', '借出', 'lent', 80, true),
	('unit_nature', '行政机关', '行政机关', 'administrative body', 10, true),
	('unit_nature', '政法机关', '政法机关', 'political and legal body', 20, true),
	('unit_nature', '参公', '参照公务员法管理事业单位', 'institution managed like the civil service', 30, true),
	('unit_nature', '公益一类', '公益一类事业单位', 'public welfare institution, class 1', 40, true),
	('unit_nature', '公益二类', '公益二类事业单位', 'public welfare institution, class 2', 50, true),
	('unit_nature', '行政类', '承担行政职能事业单位', 'institution with administrative functions', 60, true),
	('unit_nature', '生产经营类', '从事生产经营活动事业单位', 'institution engaged in business', 70, true),
	('unit_nature', '执法队伍', '综合行政执法队伍', 'law enforcement team', 80, true),
	('unit_nature', '未分类', '未分类事业单位', 'institution not classified', 90, true),
	('unit_nature', '派出机构', '派出机构', 'dispatched body', 100, true),
	('unit_nature', '议事协调机构', '议事协调机构', 'coordination body', 110, true),
	('unit_nature', '企业', '企业', 'enterprise', 120, true),
	('unit_level', 'central', '中央', 'central', 10, true),
	('unit_level', 'province', '省级', 'province', 20, true),
	('unit_level', 'city', '市级', 'city', 30, true),
	('unit_level', 'county', '县级', 'county', 40, true),
	('unit_level', 'town', '乡级', 'town', 50, true),
	('unit_level', 'zone', '开发区', 'development zone', 60, true),
	('funding', '全额', '全额拨款', 'fully funded', 10, true),
	('funding', '差额', '差额拨款', 'partly funded', 20, true),
	('funding', '自收自支', '经费自理', 'self-funded', 30, true),
	('holding', '本职', '本职', 'own post', 10, true),
	('holding', '兼任', '兼任', 'held concurrently', 20, true),
	('holding', '派驻', '派驻', 'stationed by another body', 30, true),
	('holding', '挂职', '挂职', 'temporary post', 40, true),
	('holding', '主持工作', '主持工作', 'in charge without the title', 50, true),
	('unit_relation_kind', '主管', '主管部门', 'supervising department', 10, true),
	('unit_relation_kind', '代管', '代管', 'managed on behalf of another', 20, true),
	('unit_relation_kind', '派驻', '派驻', 'stationed in', 30, true),
	('unit_relation_kind', '业务指导', '业务指导', 'professional guidance', 40, true),
	('unit_relation_kind', '合署', '合署办公', 'shares an office with', 50, true),
	('unit_relation_kind', 'payer', '工资发放单位', 'pays the salaries', 60, true),
	('identity_kind', 'resident_id_old', '原公民身份号码', 'former resident identity number', 10, true),
	('identity_kind', 'hmt_residence', '港澳台居民居住证', 'residence permit of Hong Kong, Macao and Taiwan residents', 20, true),
	('identity_kind', 'hm_permit', '港澳居民来往内地通行证', 'mainland travel permit of Hong Kong and Macao residents', 30, true),
	('identity_kind', 'taiwan_permit', '台湾居民来往大陆通行证', 'mainland travel permit of Taiwan residents', 40, true),
	('identity_kind', 'passport', '护照', 'passport', 50, true),
	('identity_kind', 'foreigner_residence', '外国人永久居留身份证', 'permanent residence card of a foreigner', 60, true),
	('identity_kind', 'officer_card', '军官证', 'officer''s card', 70, true),
	('identity_kind', 'soldier_card', '士兵证', 'soldier''s card', 80, true),
	('identity_kind', 'staff_no', '工号', 'staff number', 90, true),
	('identity_kind', 'payroll_no', '工资系统编号', 'number in the payroll', 100, true),
	('identity_kind', 'insurance_no', '社会保障号码', 'social insurance number', 110, true),
	('identity_kind', 'other', '其他', 'other', 120, true),
	('person_fact', 'name', '姓名', 'name', 10, true),
	('person_fact', 'birth', '出生日期', 'date of birth', 20, true),
	('person_fact', 'track', '退休类别', 'retirement track', 30, true),
	('person_fact', 'education', '学历', 'education', 40, true),
	('person_fact', 'degree', '学位', 'degree', 50, true),
	('person_fact', 'speciality', '专业', 'speciality', 60, true),
	('person_fact', 'managed_by', '管理权限', 'managed by', 70, true),
	('person_fact', 'identity', '干部身份', 'status as cadre or worker', 80, true),
	('person_fact', 'work_since', '参加工作时间', 'date of starting work', 90, true),
	('person_fact', 'party_since', '入党时间', 'date of joining the party', 100, true),
	('retire_track', 'M60', '男60周岁', 'men, 60 before the reform', 10, true),
	('retire_track', 'F55', '女55周岁', 'women, 55 before the reform', 20, true),
	('retire_track', 'F50', '女50周岁', 'women, 50 before the reform', 30, true),
	('managed_by', '中管', '中央管理', 'the centre', 10, true),
	('managed_by', '省管', '省委管理', 'the province', 20, true),
	('managed_by', '市管', '市委管理', 'the city', 30, true),
	('managed_by', '县管', '县委管理', 'the county', 40, true),
	('managed_by', '单位管理', '本单位管理', 'the unit itself', 50, true),
	('document_kind', '三定规定', '三定规定', 'rules on functions, bodies and establishment', 10, true),
	('document_kind', '批复', '批复', 'reply', 20, true),
	('document_kind', '通知', '通知', 'notice', 30, true),
	('document_kind', '决定', '决定', 'decision', 40, true),
	('document_kind', '规定', '规定', 'rules', 50, true),
	('document_kind', '办法', '办法', 'measures', 60, true),
	('document_kind', '意见', '意见', 'opinions', 70, true),
	('document_kind', '方案', '方案', 'plan', 80, true),
	('document_kind', '函', '函', 'letter', 90, true),
	('document_kind', '纪要', '会议纪要', 'minutes', 100, true),
	('document_kind', '命令', '命令', 'order', 110, true),
	('document_kind', '任免', '任免文件', 'appointment or removal', 120, true),
	('document_kind', '其他', '其他', 'other', 130, true),
	('secrecy', '公开', '公开', 'public', 10, true),
	('secrecy', '内部', '内部', 'internal', 20, true),
	('secrecy', '秘密', '秘密', 'confidential', 30, true),
	('secrecy', '机密', '机密', 'secret', 40, true),
	('secrecy', '绝密', '绝密', 'top secret', 50, true);

-- what a body of a nature may hold; what is not known to be otherwise is not held against it
INSERT INTO bianzhi.allowed_category (nature, category, builtin) VALUES
	('行政机关', 'administrative', true), ('行政机关', 'retired_service', true), ('行政机关', 'support_worker', true), ('行政机关', 'pool', true), ('行政机关', 'reserve', true), ('行政机关', 'unspecified', true),
	('政法机关', 'administrative', true), ('政法机关', 'retired_service', true), ('政法机关', 'political_legal', true), ('政法机关', 'support_worker', true), ('政法机关', 'unspecified', true),
	('参公', 'institution_civil', true), ('参公', 'institution', true), ('参公', 'unspecified', true),
	('公益一类', 'institution_full', true), ('公益一类', 'pool', true), ('公益一类', 'institution', true), ('公益一类', 'unspecified', true),
	('公益二类', 'institution_full', true), ('公益二类', 'institution_partial', true), ('公益二类', 'institution_self', true), ('公益二类', 'pool', true), ('公益二类', 'controlled_headcount', true), ('公益二类', 'institution', true), ('公益二类', 'unspecified', true),
	('行政类', 'institution_civil', true), ('行政类', 'institution_full', true), ('行政类', 'institution', true), ('行政类', 'unspecified', true),
	('生产经营类', 'institution_self', true), ('生产经营类', 'institution', true), ('生产经营类', 'unspecified', true);
