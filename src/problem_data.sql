/*
 * problem_data.sql: the rows that ship with the catalogues of problems.
 *
 * The classes and kinds are a proposal: the list that article and rules speak of has not been published.  An office
 * changes names and rules here, and adds kinds of its own.
 */

INSERT INTO bianzhi.code_list (list, code, name_zh, name_en, display_order, builtin) VALUES
	('department', 'establishment', '机构编制部门', 'establishment office', 10, true),
	('department', 'organisation', '组织部门', 'organisation department', 20, true),
	('department', 'personnel', '人力资源社会保障部门', 'personnel department', 30, true),
	('department', 'finance', '财政部门', 'finance department', 40, true),
	('department', 'unit', '责任单位', 'the unit itself', 50, true),
	('department', 'discipline', '纪检监察机关', 'discipline inspection and supervision', 60, true),
	('department', 'audit', '审计机关', 'audit office', 70, true),
	('department', 'inspection_tour', '巡察机构', 'inspection tour office', 80, true),
	('department', 'superior', '上级机构编制部门', 'establishment office of the level above', 90, true),
	('problem_source', 'rule', '规则检测', 'found by a rule', 10, true),
	('problem_source', 'inspection_tour', '巡视巡察移交', 'handed over by an inspection tour', 20, true),
	('problem_source', 'audit', '审计移送', 'handed over by an audit', 30, true),
	('problem_source', 'hotline', '12310举报', 'hotline 12310', 40, true),
	('problem_source', 'selection_check', '选人用人专项检查', 'check of selection and appointment', 50, true),
	('problem_source', 'evaluation', '评估', 'evaluation', 60, true),
	('problem_source', 'report', '报告', 'reported by the unit or a department', 70, true),
	('problem_source', 'daily', '日常监督', 'daily supervision', 80, true),
	('problem_handling', '约谈', '约谈', 'talk with those responsible', 10, true),
	('problem_handling', '提醒函', '发提醒函', 'letter of reminder', 20, true),
	('problem_handling', '责令整改', '责令限期改正', 'order to put right within a term', 30, true),
	('problem_handling', '通报', '通报批评', 'public criticism', 40, true),
	('problem_handling', '暂停办理', '暂停办理机构编制事项', 'establishment matters of the unit suspended', 50, true),
	('problem_handling', '移送处分', '移送追责问责（处分）', 'referred for sanction', 60, true),
	('problem_handling', '处分', '已给予处分', 'sanction given', 70, true),
	('problem_handling', '移送司法', '移送司法机关', 'referred to the courts', 80, true),
	('problem_item', 'persons_involved', '涉及人数', 'people involved', 10, true),
	('problem_item', 'persons_corrected', '已纠正人数', 'people put right', 20, true),
	('problem_item', 'money_involved', '涉及金额', 'money involved, in yuan', 30, true),
	('problem_item', 'money_recovered', '已追缴金额', 'money recovered, in yuan', 40, true);

INSERT INTO bianzhi.problem_class (code, name_zh, name_en, display_order, builtin) VALUES
	('A', '机构设置类', 'bodies', 10, true),
	('B', '职责与三定类', 'functions', 20, true),
	('C', '编制使用类', 'use of the establishment', 30, true),
	('D', '职数与干部配备类', 'posts of leaders', 40, true),
	('E', '经费、数据与程序类', 'money, data and procedure', 50, true);

-- 条例: 《地方各级人民政府机构设置和编制管理条例》; 2007: the joint notice 中办发〔2007〕6号; 12310: what the hotline takes
INSERT INTO bianzhi.problem_kind (code, class, name_zh, name_en, legal_basis, severity, acts_first, blocks_approval, display_order, builtin, note) VALUES
	('A1', 'A', '擅自设立、撤销、合并机构或超限额、变相增设机构', 'body set up, removed or merged without approval, or above the number allowed',
		'《地方各级人民政府机构设置和编制管理条例》第二十六条第一项', 3, 'establishment', false, 110, true, '未经批准设立的机构，财政部门不列预算'),
	('A2', 'A', '擅自变更机构名称、规格、性质、隶属关系', 'name, rank, nature or parent changed without approval',
		'《地方各级人民政府机构设置和编制管理条例》第二十六条第一项', 2, 'establishment', false, 120, true, NULL),
	('A3', 'A', '违规设置内设机构或违规挂牌', 'section or signboard that is not approved',
		'12310受理范围：变相增设机构', 2, 'unit', false, 130, true, NULL),
	('B1', 'B', '擅自改变职责或不按“三定”履职', 'functions changed, or not performed as laid down',
		'《地方各级人民政府机构设置和编制管理条例》第二十六条第二项', 2, 'establishment', false, 210, true, NULL),
	('B2', 'B', '改革任务和“三定”调整不落实、滞后', 'reform not carried out, or the rules on functions out of date',
		'12310受理范围：不按“三定”规定履行职责', 1, 'unit', false, 220, true, NULL),
	('C1', 'C', '擅自增加编制或突破总额、自定编制种类', 'establishment raised without authority, or of a kind that does not exist',
		'《地方各级人民政府机构设置和编制管理条例》第二十六条第三项', 3, 'establishment', false, 310, true, NULL),
	('C2', 'C', '超编进人、超编', 'over the establishment, or entry while over',
		'《地方各级人民政府机构设置和编制管理条例》第二十六条第四项；中办发〔2007〕6号', 3, 'unit', true, 320, true,
		'组织、人事部门不办录用、聘用、调任和核定工资，财政部门不纳入统发'),
	('C3', 'C', '混编混岗、擅自改变编制使用范围', 'establishment or posts of different kinds mixed',
		'《地方各级人民政府机构设置和编制管理条例》第二十六条第三项；中办发〔2007〕6号', 2, 'unit', false, 330, true, NULL),
	('C4', 'C', '挤占挪用（基层）编制、违规或超期借用', 'establishment diverted, or secondment without approval or beyond its term',
		'12310受理范围：挤占挪用基层编制', 2, 'unit', false, 340, true, NULL),
	('C5', 'C', '违规使用编外人员、购买服务用工不规范', 'outside staff above their number, or in posts not open to them',
		'当地编外人员管理规定', 2, 'unit', false, 350, true, NULL),
	('D1', 'D', '超职数配备领导干部', 'more leaders than posts',
		'《地方各级人民政府机构设置和编制管理条例》第二十六条第五项', 3, 'organisation', true, 410, true, NULL),
	('D2', 'D', '超机构规格、违规高配', 'rank above the one allowed',
		'《地方各级人民政府机构设置和编制管理条例》第二十六条第五项', 2, 'organisation', false, 420, true, NULL),
	('D3', 'D', '自设职务、虚设领导岗位、职级超职数', 'titles of the unit''s own making, or more grades than allowed',
		'干部选拔任用有关规定', 2, 'organisation', false, 430, true, NULL),
	('E1', 'E', '虚报人员占编、吃空饷、为超编人员核拨经费', 'seats held by false persons, ghost pay, money for people above the establishment',
		'《地方各级人民政府机构设置和编制管理条例》第二十六条第四项；国办发〔2014〕65号', 3, 'finance', true, 510, true, '必要时移送纪检监察机关'),
	('E2', 'E', '伪造、虚报、瞒报、迟报、拒报统计和实名制数据', 'false, hidden or late data',
		'12310受理范围：伪造、虚报、瞒报、拒报机构编制数据', 2, 'unit', false, 520, true, NULL),
	('E3', 'E', '越权、违反程序审批机构编制，条条干预', 'approval beyond power or against procedure, or interference from above',
		'《地方各级人民政府机构设置和编制管理条例》第二十六条第六、七项', 3, 'establishment', false, 530, true, '下级审批的，由上级机构编制部门处理');

INSERT INTO bianzhi.problem_subkind (kind, code, name_zh, name_en, legal_basis, severity, blocks_approval, display_order, builtin) VALUES
	('C2', 'stock', '历史超编', 'over since earlier times, or by a cut', NULL, 2, false, 10, true),
	('C2', 'flow', '超编进人', 'entry while over', NULL, 3, true, 20, true),
	('E1', 'gp1', '挂名未到岗而领取工资或参加社会保险', 'on the books, not at work', '苏人社发〔2017〕172号', NULL, NULL, 110, true),
	('E1', 'gp2', '请假、外出期满无正当理由逾期不归或旷工', 'leave is over, not back', '苏人社发〔2017〕172号', NULL, NULL, 120, true),
	('E1', 'gp3', '已终止人事关系或已退休仍按在职领取', 'left or retired, paid as in post', '苏人社发〔2017〕172号', NULL, NULL, 130, true),
	('E1', 'gp4', '已死亡、宣告死亡或失踪而由他人领取', 'dead or missing, paid to others', '苏人社发〔2017〕172号', NULL, NULL, 140, true),
	('E1', 'gp5', '受处分、处罚或考核不称职应停减而未停减', 'pay to be stopped or cut, and was not', '苏人社发〔2017〕172号', NULL, NULL, 150, true),
	('E1', 'gp6', '未经组织批准离岗学习、留学而领取', 'away to study without approval', '苏人社发〔2017〕172号', NULL, NULL, 160, true),
	('E1', 'gp7', '长期病假工资应减未减', 'long sick leave, pay not lowered', '苏人社发〔2017〕172号', NULL, NULL, 170, true),
	('E1', 'gp8', '单位隐瞒事实、虚报人员编制或实有人数套取资金', 'numbers of people reported falsely by the unit to draw money', '苏人社发〔2017〕172号', NULL, NULL, 180, true),
	('E1', 'gp9', '其他吃空饷情形', 'other ghost pay', '苏人社发〔2017〕172号', NULL, NULL, 190, true),
	('E2', 'late', '迟报', 'late', NULL, 1, NULL, 10, true),
	('E2', 'false', '伪造、虚报、瞒报', 'false or hidden', NULL, 2, NULL, 20, true);

-- what the limits leave as leads, and what it would be as a problem
INSERT INTO bianzhi.lead_kind (code, name_zh, name_en, problem_kind, problem_subkind, display_order, builtin) VALUES
	('over_by_cut', '核减超编', 'over by a cut', 'C2', 'stock', 10, true),
	('over_ceiling', '超总量', 'above a ceiling', 'C1', NULL, 20, true),
	('digest_missed', '未按期消化', 'plan to work an excess off missed', 'C2', 'stock', 30, true),
	('not_configured', '无核定数', 'people where nothing is authorised', 'C2', NULL, 40, true),
	('past_excess', '历史超编', 'over in the past', 'C2', 'stock', 50, true),
	('recorded_excess', '超编入列', 'entry while over, committed', 'C2', 'flow', 60, true),
	('excess_at_go_live', '启用时超编', 'over when the limits came into force', 'C2', 'stock', 70, true),
	('second_seat', '重复占编', 'a person in two seats', 'E1', NULL, 80, true),
	('quota_gap', '核定数不衔接', 'stated total that lines do not explain', 'E2', NULL, 90, true),
	('undocumented', '未见文号', 'quota without a document', 'C1', NULL, 100, true),
	('suspended', '停用', 'limits suspended', NULL, NULL, 110, true);
